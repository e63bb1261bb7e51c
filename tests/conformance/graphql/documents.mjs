// Validation, section 5 of the GraphQL specification (September 2025): for each rule, documents that break it and some that do not; and
// section 6.1, which operation runs. The judge knows which is which.

const order = 'order(id: "x")';
const nested = (levels) => `${'...{ '.repeat(levels)}__typename${' }'.repeat(levels)}`;

const rules = {
  'executable definitions': ['{ __typename } scalar A', 'schema { query: Query }'],
  'operation types exist': ['mutation { a }', 'mutation A { __typename }', 'query { __typename }'],
  'operation names are unique': ['query A { __typename } query A { __typename }', 'query A { __typename } mutation A { __typename }'],
  'a lone anonymous operation': ['{ __typename } { __typename }', '{ __typename } query A { __typename }'],
  'one root field of a subscription': [
    'subscription { a: orderChanged(id: "x") { version } b: orderChanged(id: "y") { version } }',
    'subscription { orderChanged(id: "x") { version } __typename }',
    'subscription { __typename }',
    'subscription { ...f } fragment f on Subscription { a: orderChanged(id: "x") { version } b: orderChanged(id: "x") { version } }',
    'subscription { ... { a: orderChanged(id: "x") { version } } b: orderChanged(id: "x") { version } }',
    'subscription ($a: Boolean = true) { orderChanged(id: "x") @skip(if: $a) { version } }',
    'subscription { orderChanged(id: "x") @include(if: true) { version } }',
    'query A { __typename } subscription B { a: orderChanged(id: "x") { version } b: orderChanged(id: "y") { version } }',
  ],
  'fields exist': ['{ nothing }', `{ ${order} { nothing } }`, '{ ... on Node { number } node(id: "x") { id } }',
    '{ node(id: "x") { number } }', '{ node(id: "x") { id ... on Order { number } } }', '{ __typename __schema { nothing } }',
    `{ ${order} { __typename __schema { queryType { name } } } }`, `{ ${order} { __type(name: "Order") { name } } }`],
  'selections can merge': [
    '{ a: __typename a: __schema { queryType { name } } }',
    '{ __type(name: "Order") { name } __type(name: "Money") { name } }',
    '{ __type(name: "Order") { name } __type(name: "Order") { kind } }',
    '{ __type(name: "Order") { a: name a: kind } }',
    '{ __type(name: "Order") { a: name } __type(name: "Order") { a: description } }',
    'query ($a: String!) { __type(name: $a) { name } __type(name: "Order") { kind } }',
    '{ node(id: "x") { ... on Order { a: number } ... on Customer { a: customerId } } }',
    '{ node(id: "x") { ... on Order { a: version } ... on Customer { a: customerId } } }',
    '{ node(id: "x") { ... on Order { a: number } ... on Customer { a: totals { currency } } } }',
    '{ ...f ...g } fragment f on Query { a: __typename } fragment g on Query { a: __schema { queryType { name } } }',
    '{ __typename @skip(if: false) __typename @include(if: true) }',
  ],
  'leaf fields': ['{ __schema }', '{ __typename { a } }', `{ ${order} }`, `{ ${order} { number { a } } }`, `{ ${order} { state { a } } }`],
  'argument names': ['{ __type(nome: "Order") { name } }', '{ __type(name: "Order", other: 1) { name } }', '{ __typename(a: 1) }',
    '{ __typename @skip(unless: true) }', '{ __typename @include(if: true, a: 1) }'],
  'argument uniqueness': ['{ __type(name: "Order", name: "Order") { name } }', '{ __typename @skip(if: true, if: true) }'],
  'required arguments': ['{ __type { name } }', '{ customer { id } }', '{ nodes { id } }', '{ __typename @skip }', '{ order { id } }'],
  'fragment names are unique': ['{ ...f } fragment f on Query { __typename } fragment f on Query { __typename }'],
  'fragment types exist': ['{ ...f } fragment f on Nothing { a }', '{ ... on Nothing { a } }'],
  'fragments on composite types': ['{ ...f } fragment f on String { a }', '{ ... on OrderState { a } }', '{ ... on OrderWhere { a } }'],
  'fragments are used': ['{ __typename } fragment f on Query { __typename }', '{ __typename } fragment f on Query { ...g } fragment g on Query { ...f }'],
  'fragments are defined': ['{ ...f }', '{ ...f } fragment f on Query { ...g }'],
  'fragments make no cycle': ['{ ...f } fragment f on Query { ...f }', '{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }',
    `{ ${order} { ...f } } fragment f on Order { customer { orders { nodes { ...f } } } }`],
  'spreads are possible': [`{ ${order} { ... on Customer { id } } }`, '{ ... on Order { id } }', `{ ${order} { ... on Node { id } } }`,
    '{ node(id: "x") { ... on Money { minor } } }', '{ node(id: "x") { ... on Order { id } } }', '{ ...f } fragment f on Order { id }'],
  'values of correct type': ['{ orders(first: "1") { totalCount } }', '{ orders(first: 1.0) { totalCount } }', '{ orders(first: null) { totalCount } }',
    '{ orders(orderBy: "PLACED_AT_ASC") { totalCount } }', '{ orders(orderBy: NOTHING) { totalCount } }', '{ orders(orderBy: true) { totalCount } }',
    '{ order(id: 1) { id } }', '{ order(id: 1.5) { id } }', '{ order(id: true) { id } }', '{ order(id: A) { id } }', '{ order(number: 1) { id } }',
    '{ nodes(ids: "x") { id } }', '{ nodes(ids: [null]) { id } }', '{ nodes(ids: [["x"]]) { id } }', '{ nodes(ids: []) { id } }', '{ nodes(ids: null) { id } }',
    '{ customer(id: null) { id } }', '{ __type(name: null) { name } }', '{ __typename @skip(if: null) }', '{ __typename @skip(if: "true") }', '{ __typename @skip(if: 1) }',
    '{ orders(orderBy: null) { totalCount } }', '{ orders(where: null) { totalCount } }'],
  'input object fields exist': ['{ orders(where: {nothing: 1}) { totalCount } }', '{ orders(where: {number: {nothing: "x"}}) { totalCount } }'],
  'input object fields are unique': ['{ orders(where: {country: {eq: "GB"}, country: {eq: "DE"}}) { totalCount } }', '{ orders(where: {number: {eq: "1", eq: "1"}}) { totalCount } }'],
  'input object fields of correct type': ['{ orders(where: {number: "x"}) { totalCount } }', '{ orders(where: [{}]) { totalCount } }', '{ orders(where: "x") { totalCount } }',
    '{ orders(where: {number: {eq: 1}}) { totalCount } }', '{ orders(where: {number: {in: "x"}}) { totalCount } }', '{ orders(where: {number: {in: [1]}}) { totalCount } }',
    '{ orders(where: {number: {in: [null]}}) { totalCount } }', '{ orders(where: {number: {in: null}}) { totalCount } }', '{ orders(where: {AND: {country: {eq: "GB"}}}) { totalCount } }',
    '{ orders(where: {AND: [null]}) { totalCount } }', '{ orders(where: {state: {eq: "DRAFT"}}) { totalCount } }', '{ orders(where: {state: {eq: DRAFT}}) { totalCount } }',
    '{ orders(where: {state: {in: DRAFT}}) { totalCount } }', '{ orders(where: {state: {eq: {DRAFT: null}}}) { totalCount } }', '{ orders(where: {imported: {eq: "true"}}) { totalCount } }',
    '{ orders(where: {imported: {eq: 1}}) { totalCount } }', '{ orders(where: {total: {eq: "1"}}) { totalCount } }', '{ orders(where: {total: {eq: 1.5}}) { totalCount } }',
    '{ orders(where: {placedAt: {eq: "yesterday"}}) { totalCount } }', '{ orders(where: {placedAt: {eq: 1}}) { totalCount } }',
    '{ orders(where: {placedAt: {eq: "2024-01-01T00:00:00Z"}}) { totalCount } }', '{ orders(where: {}) { totalCount } }'],
  'exactly one field of a oneOf': ['{ order(id: "x", asOf: {}) { id } }', '{ order(id: "x", asOf: {version: 1}) { id } }', '{ order(id: "x", asOf: {version: 1, position: "0.1"}) { id } }',
    '{ order(id: "x", asOf: {version: null}) { id } }', '{ order(id: "x", asOf: {version: 1, position: null}) { id } }',
    'query ($a: Int) { order(id: "x", asOf: {version: $a}) { id } }', 'query ($a: Int!) { order(id: "x", asOf: {version: $a, position: "0.1"}) { id } }'],
  'directives exist': ['{ __typename @nothing }', 'query @nothing { __typename }', '{ __typename @deprecated }'],
  'directives in their places': ['query @skip(if: true) { __typename }', '{ ...f } fragment f on Query @include(if: true) { __typename }',
    '{ ...f @include(if: true) } fragment f on Query { __typename }', '{ ... @skip(if: false) { __typename } }', 'query ($a: Boolean @skip(if: true)) { __typename @skip(if: $a) }'],
  'directives are unique': ['{ __typename @skip(if: false) @skip(if: false) }', '{ __typename @skip(if: false) @include(if: true) }'],
  'variables are unique': ['query ($a: String!, $a: String!) { __type(name: $a) { name } }'],
  'variables are of input types': ['query ($a: Order) { __typename @skip(if: $a) }', 'query ($a: Nothing) { __typename }', 'query ($a: Node!) { node(id: $a) { id } }'],
  'variables are defined': ['{ __type(name: $a) { name } }', '{ ...f } fragment f on Query { __type(name: $a) { name } }', 'query A($a: String!) { ...f } query B { ...f } fragment f on Query { __type(name: $a) { name } }'],
  'variables are used': ['query ($a: String) { __typename }', 'query A($a: String!) { ...f } query B($a: String!) { __typename } fragment f on Query { __type(name: $a) { name } }'],
  'variables may be where they are': ['query ($a: String) { __type(name: $a) { name } }', 'query ($a: Int!) { __type(name: $a) { name } }', 'query ($a: String = "Order") { __type(name: $a) { name } }',
    'query ($a: String = null) { __type(name: $a) { name } }', 'query ($a: [ID]!) { nodes(ids: $a) { id } }', 'query ($a: ID!) { nodes(ids: [$a]) { id } }', 'query ($a: ID) { nodes(ids: [$a]) { id } }',
    'query ($a: String!) { order(id: $a) { id } }', 'query ($a: ID!) { nodes(ids: $a) { id } }', 'query ($a: Boolean) { __typename @skip(if: $a) }', 'query ($a: Boolean = true) { __typename @skip(if: $a) }',
    'query ($a: OrderOrder) { orders(orderBy: $a) { totalCount } }', 'query ($a: OrderKind) { orders(orderBy: $a) { totalCount } }', 'query ($a: StringFilter) { orders(where: {number: $a}) { totalCount } }',
    'query ($a: StringFilter) { orders(where: $a) { totalCount } }'],
  'defaults of variables': ['query ($a: Int = "x") { orders(first: $a) { totalCount } }', 'query ($a: Int! = null) { orders(first: $a) { totalCount } }', 'query ($a: Int = 1.5) { orders(first: $a) { totalCount } }',
    'query ($a: OrderOrder = NOTHING) { orders(orderBy: $a) { totalCount } }', 'query ($a: OrderWhere = {nothing: 1}) { orders(where: $a) { totalCount } }', 'query ($a: [ID!]! = [null]) { nodes(ids: $a) { id } }',
    'query ($a: Int = 5) { orders(first: $a) { totalCount } }', 'query ($a: AsOf = {version: 1, position: "0.1"}) { order(id: "x", asOf: $a) { id } }'],
  introspection: ['{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }', '{ __type(name: "Nothing") { name } }', '{ __type(name: "AsOf") { name kind isOneOf } }',
    '{ __type(name: "OrderState") { enumValues(includeDeprecated: true) { name isDeprecated deprecationReason } } }', '{ __type(name: "Order") { interfaces { name } possibleTypes { name } inputFields { name } ofType { name } } }',
    '{ __type(name: "Node") { kind possibleTypes { kind } } }', '{ __schema { directives { isRepeatable } } }', '{ __type(name: "Query") { fields { name args { name defaultValue type { kind name ofType { kind name } } } } } }',
    '{ __type(name: "Long") { kind specifiedByURL fields { name } } }', '{ a: __typename __typename }', '{ __schema { __typename queryType { __typename } } }', '{ __type(name: "__Type") { name kind } }'],
  'what is skipped leaves an object': ['{ a: __typename @skip(if: true) b: __typename }', '{ __schema { queryType { name @skip(if: true) } } }', '{ __schema { queryType { ... @include(if: false) { name } } } }',
    '{ __schema { types @skip(if: true) { name } } }', '{ ... @skip(if: true) { __typename } }', '{ ...f @skip(if: true) } fragment f on Query { __typename }',
    '{ __type(name: "Order") { name @include(if: false) } b: __typename }', '{ __type(name: "Node") { possibleTypes { name @include(if: false) } } }'],
  'nesting of inline fragments': [`{ ${nested(5)} }`],
};

const operations = {
  'the one that is named': { query: 'query A { a: __typename } query B { b: __typename }', operationName: 'B' },
  'none is named of several': { query: 'query A { a: __typename } query B { b: __typename }' },
  'null of several': { query: 'query A { a: __typename } query B { b: __typename }', operationName: null },
  'an unknown one': { query: 'query A { a: __typename }', operationName: 'B' },
  'an unknown one beside an anonymous one': { query: '{ __typename }', operationName: 'B' },
  'the name of a fragment': { query: '{ ...F } fragment F on Query { __typename }', operationName: 'F' },
  'another case': { query: 'query A { __typename }', operationName: 'a' },
  'an error in the one that does not run': { query: 'query A { __typename } query B { nothing }', operationName: 'A' },
  'a missing variable of the one that does not run': {
    query: 'query A { __typename } query B($a: String!) { __type(name: $a) { name } }', operationName: 'A',
  },
};

/** All of them, each a request with a name. */
export function documentCases() {
  const broken = Object.entries(rules).flatMap(([rule, queries]) =>
    queries.map((query) => ({ name: `${rule}/${query}`, query, compareData: isOfSchemaAlone(query) })),
  );
  const chosen = Object.entries(operations).map(([name, request]) => ({ name: `operation/${name}`, ...request, compareData: true }));
  return [...broken, ...chosen];
}

/** Whether graphql-js, which has no orders, can answer with the data too. */
function isOfSchemaAlone(query) {
  return !/\b(order|orders|customer|node|nodes|projections|orderChanged)\b/.test(query);
}
