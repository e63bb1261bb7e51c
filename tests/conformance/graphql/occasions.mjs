// Queries for what the specification says in so many words, each with its rule as its name; the random ones come upon it too, but say
// less plainly what is wrong.

/** Requests over the orders of a world. */
export function occasions(world) {
  const [order] = [...world.ordersById.values()].filter(({ customerId }) => customerId);
  const [customer] = [...world.customers.values()];
  const ids = [order.id, 'nothing', customer.id];
  const of = (query, variables = {}) => ({ query, variables });
  const requests = {
    'a failed field that may be null is null': of('{ a: order(id: "nothing") { id } b: __typename }'),
    'a failed field that may not be null makes everything null': of('{ a: orders(first: 101) { totalCount } b: __typename }'),
    'a failed field makes the nearest parent null that may be null': of(
      'query ($id: ID!) { a: order(id: $id) { id customer { id orders(after: "nothing") { totalCount } } } b: __typename }', { id: order.id }),
    'a failed field of an order makes the order null': of('query ($id: ID!) { a: order(id: $id) { id lines(first: 101) { totalCount } } b: __typename }', { id: order.id }),
    'a failed field in a list whose items may be null makes its item null': of(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Order { lines(last: 101) { totalCount } } } }', { ids }),
    'a failed field in a list whose items may not be null makes the list\'s parent null': of(
      'query ($id: ID!) { a: customer(id: $id) { orders(first: 2) { nodes { timeline(after: "nothing") { totalCount } } } } b: __typename }', { id: customer.id }),
    'only one of several fields fails': of('{ a: customer(id: "a b") { id } b: orders(first: 1) { totalCount } c: order(id: "nothing") { id } }'),
    'ids of nothing are null in their places': of('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids }),
    'a skipped field leaves its place to the next of its name': of('{ orders { totalCount @skip(if: true) totalCountCapped totalCount } }'),
    'a skipped fragment leaves its place to the next field of its name': of(
      '{ orders { ...F @skip(if: true) totalCountCapped totalCount } } fragment F on OrderConnection { totalCount }'),
    'a field that is not included leaves its place in what is merged': of(
      'query ($a: Boolean!) { orders { pageInfo { hasNextPage @include(if: $a) } pageInfo { hasPreviousPage hasNextPage } } }', { a: false }),
    'a field of another type leaves its place': of(
      'query ($id: ID!) { node(id: $id) { ... on Customer { id } ... on Order { number id } ... on Node { id } } }', { id: order.id }),
    'what is selected twice is merged in the order of its first': of('{ orders(first: 2) { nodes { a: id totals { lineCount } } nodes { totals { quantity lineCount } a: id } } }'),
    'fragments within fragments are merged': of(
      '{ orders(first: 1) { ...A edges { node { ...B } } } } fragment A on OrderConnection { edges { cursor node { number ...B } } } fragment B on Order { id number lines(first: 1) { nodes { sku } } }'),
    'a variable that is null is a null': of('query ($a: Int, $b: String) { orders(first: $a, after: $b) { totalCount } }', { a: null }),
    'a default stands for a variable that is left out alone': of('query ($a: Int = 1, $b: Int = 1) { a: orders(first: $a) { nodes { id } } b: orders(first: $b) { nodes { id } } }', { b: null }),
    'an interface that implements none has an empty list of interfaces': of('{ __type(name: "Node") { kind interfaces { name } } }'),
  };
  return Object.entries(requests).map(([name, request]) => ({ name: `execution/${name}`, ...request }));
}
