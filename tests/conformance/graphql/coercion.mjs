// Coercion of variables and arguments, sections 3 and 6.1.2 of the GraphQL specification (September 2025): every kind of value given
// for every kind of type, as a variable, as a literal and as a variable within one, present, null and absent.

/** One place in the schema for each kind of type, with `…` where the value goes. */
const places = [
  { type: 'Int', document: 'orders(first: …) { totalCount }' },
  { type: 'String', document: 'order(number: …) { id }' },
  { type: 'ID', document: 'order(id: …) { id }' },
  { type: 'ID!', document: 'customer(id: …) { id }' },
  { type: 'Boolean!', document: '__typename @skip(if: …)' },
  { type: 'OrderOrder', document: 'orders(orderBy: …) { totalCount }' },
  { type: '[ID!]!', document: 'nodes(ids: …) { id }' },
  { type: 'OrderWhere', document: 'orders(where: …) { totalCount }' },
  { type: 'StringFilter', document: 'orders(where: {customer: …}) { totalCount }' },
  { type: 'String', document: 'orders(where: {customer: {eq: …}}) { totalCount }' },
  { type: '[String!]', document: 'orders(where: {customer: {in: …}}) { totalCount }' },
  { type: 'OrderState', document: 'orders(where: {state: {eq: …}}) { totalCount }' },
  { type: '[OrderState!]', document: 'orders(where: {state: {in: …}}) { totalCount }' },
  { type: 'Boolean', document: 'orders(where: {imported: {eq: …}}) { totalCount }' },
  { type: 'Long', document: 'orders(where: {total: {gte: …}}) { totalCount }' },
  { type: 'DateTime', document: 'orders(where: {placedAt: {gte: …}}) { totalCount }' },
  { type: '[OrderWhere!]', document: 'orders(where: {OR: …}) { totalCount }' },
  { type: 'AsOf', document: 'order(id: "x", asOf: …) { id }' },
  { type: 'Int', document: 'order(id: "x", asOf: {version: …}) { id }', nonNullVariable: true },
  { type: 'ConsistencyToken', document: 'order(id: "x", consistency: …) { id }', texts: false },
];

/** Values as JSON, from which literals are printed too. */
const values = {
  null: null,
  true: true,
  zero: 0,
  one: 1,
  'negative zero': -0,
  'a fraction': 1.5,
  'beyond 32 bits': 2147483648,
  'the most of 32 bits': 2147483647,
  'beyond a double': 1e300,
  'an empty text': '',
  'a text': 'DRAFT',
  'a text of digits': '1',
  'a text that says true': 'true',
  'a date': '2024-02-29T12:00:00Z',
  'a date with an offset': '2024-02-29T12:00:00.123456+02:00',
  'a date that is none': '2023-02-29T12:00:00Z',
  'a date without a time': '2024-02-29',
  'a date without an offset': '2024-02-29T12:00:00',
  'an empty list': [],
  'a list of a text': ['DRAFT'],
  'a list of null': [null],
  'a list of a number': [1],
  'a list of a list': [['DRAFT']],
  'a list of an empty object': [{}],
  'an empty object': {},
  'an object of an unknown field': { nothing: 1 },
  'an object like an enum': { DRAFT: null },
  'a filter': { eq: 'x' },
  'a filter of null': { eq: null },
  'a filter of a list': { eq: ['x'] },
  'a filter by number': { number: { eq: 'x' } },
  'a filter that is a list': { number: ['x'] },
  'an AsOf': { version: 1 },
  'an AsOf of two': { version: 1, position: '0.1' },
  'an AsOf of null': { version: null },
  'an AsOf of one and null': { version: 1, position: null },
};

function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value).map(([name, item]) => `${name}: ${literal(item)}`).join(', ')}}`;
  }
  return Object.is(value, -0) ? '-0' : JSON.stringify(value).replace('e+', 'e');
}

// The nullability rule of oneOf: a variable in one is of a type that is not null.
const typeOfVariable = ({ type, nonNullVariable }) => (nonNullVariable ? `${type}!` : type);
const nullable = (type) => type.replace(/!$/, '');

function* casesOf(place) {
  const type = typeOfVariable(place);
  const called = `${place.document} of ${place.type}`;
  const filled = (text) => place.document.replace('…', text);
  const declared = (declaration) => `query ($v: ${declaration}) { ${filled('$v')} }`;
  for (const [what, value] of Object.entries(values)) {
    if (place.texts === false && typeof value === 'string') continue; // whether it is a known order's is no matter of coercion
    yield { name: `variable/${called}/${what}`, query: declared(type), variables: { v: value } };
    yield { name: `literal/${called}/${what}`, query: `{ ${filled(literal(value))} }` };
    yield { name: `default/${called}/${what}`, query: declared(`${type} = ${literal(value)}`) };
  }
  yield { name: `literal/${called}/an enum value`, query: `{ ${filled('DRAFT')} }` };
  yield { name: `literal/${called}/an unknown enum value`, query: `{ ${filled('NOTHING')} }` };
  yield { name: `variable/${called}/absent`, query: declared(type), variables: {} };
  yield { name: `variable/${called}/no variables at all`, query: declared(type) };
  yield { name: `variable/${called}/variables null`, query: declared(type), variables: null };
  yield { name: `variable/${called}/another one is given`, query: declared(type), variables: { w: 1 } };
  const strict = `${nullable(type)}!`;
  yield { name: `non-null variable/${called}/absent`, query: declared(strict), variables: {} };
  yield { name: `non-null variable/${called}/null`, query: declared(strict), variables: { v: null } };
  yield { name: `nullable variable/${called}/absent`, query: declared(nullable(type)), variables: {} };
  yield { name: `nullable variable/${called}/null`, query: declared(nullable(type)), variables: { v: null } };
  for (const other of ['Int', 'String!', 'Boolean!', '[String!]!', 'OrderKind!', 'OrderWhere!', 'Order', 'Nothing']) {
    yield { name: `variable of ${other}/${called}`, query: declared(other), variables: { v: null } };
  }
}

/** All of them, each a request with a name. */
export function coercionCases() {
  return places.flatMap((place) => [...casesOf(place)]);
}
