// The language: tokens, strings, numbers and documents, section 2 of the GraphQL specification (September 2025).
// `__type(name:)` answers with the type that a text names, so it shows which text the engine read.

const echo = (literal) => `{ __type(name: ${literal}) { name } }`;

/** Literals of the text "Order", and of texts that are not it; the judge knows which is which. */
const strings = {
  plain: '"Order"',
  'four digits': '"\\u004frder"',
  'four digits in capitals': '"\\u004Frder"',
  'variable width': '"\\u{4f}rder"',
  'variable width with zeros': '"\\u{0000004F}rder"',
  'variable width beyond the basic plane': '"\\u{1F600}"',
  'surrogate pair': '"\\ud83d\\ude00"',
  'lone leading surrogate': '"\\ud83d"',
  'lone trailing surrogate': '"\\ude00"',
  'surrogates the wrong way round': '"\\ude00\\ud83d"',
  'surrogate in variable width': '"\\u{d83d}"',
  'pair half in variable width': '"\\ud83d\\u{de00}"',
  'beyond Unicode': '"\\u{110000}"',
  'far beyond Unicode': '"\\u{ffffffffffff}"',
  'variable width, empty': '"\\u{}"',
  'variable width, unclosed': '"\\u{4f"',
  'variable width, no hexadecimal digit': '"\\u{4g}"',
  'three digits': '"\\u04frder"',
  'no hexadecimal digit': '"\\u00zzrder"',
  'capital U': '"\\U004frder"',
  'octal escape': '"\\117rder"',
  'hexadecimal escape': '"\\x4frder"',
  'unknown escape': '"\\qOrder"',
  'apostrophe escape': '"\\\'Order"',
  'known escapes': '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
  'escape at the end': '"Order\\',
  unterminated: '"Order',
  'line feed inside': '"Or\nder"',
  'carriage return inside': '"Or\rder"',
  'tab inside': '"Or\tder"',
  'null character inside': '"Or\u0000der"',
  'bell inside': '"Or\u0007der"',
  'delete inside': '"Or\u007fder"',
  'emoji inside': '"😀"',
  'line separator inside': '"Or\u2028der"',
  empty: '""',
  'apostrophes instead of quotes': "'Order'",
};

const blocks = {
  plain: '"""Order"""',
  'on lines of its own': '"""\n    Order\n  """',
  'indented by tabs': '"""\n\t\tOrder\n\t"""',
  'carriage returns': '"""\r\n  Order\r\n"""',
  'blank lines around': '"""\n\n   \n  Order\n  \n\n"""',
  'first line keeps its indent': '"""  Order"""',
  'trailing space stays': '"""Order  """',
  'escape is no escape': '"""\\u004frder"""',
  'backslash stays': '"""Order\\"""',
  'escaped quotes': '"""\\"""Order"""',
  'quote inside': '"""Or"der"""',
  'two quotes inside': '"""Or""der"""',
  unterminated: '"""Order""',
  empty: '""""""',
  'null character inside': '"""Or\u0000der"""',
  'bell inside': '"""Or\u0007der"""',
};

const integers = ['0', '-0', '1', '-1', '00', '01', '-01', '+1', '1.', '.5', '1.0', '1e2', '1E+2', '1e', '1.0e', '1.e1', '0x1',
  '0b1', '1_000', '1a', '1.5b', '1e5c', '--1', '-', '1..2', '2147483647', '2147483648', '-2147483648', '-2147483649', 'NaN',
  'Infinity', '1L', '"1"'];

const documents = {
  empty: '',
  'white space alone': ' \t\n\r\n,,,',
  'comment alone': '# nothing',
  'byte order mark': '\ufeff{ __typename }',
  'byte order mark inside': '{ \ufeff__typename }',
  'byte order mark inside a string': echo('"\ufeffOrder"'),
  'commas anywhere': ',{,__typename,},',
  'comment to the end of a line': '{ __typename # } \n }',
  'comment ended by a carriage return': '{ # a comment\r __typename }',
  'comment with any character': '{ # é😀\u2028 __typename }\n __typename }',
  'comment with a null character': '{ __typename } # \u0000',
  'no-break space': '{\u00a0__typename }',
  'vertical tab': '{\u000b__typename }',
  'form feed': '{\u000c__typename }',
  'next line': '{\u0085__typename }',
  'letter outside ASCII in a name': '{ __typenamé }',
  'name that begins with a digit': '{ 1a: __typename }',
  'name with a dash': '{ a-b: __typename }',
  'underscore names': '{ _: __typename __: __typename _1: __typename }',
  'keywords as aliases': '{ query: __typename on: __typename fragment: __typename true: __typename null: __typename }',
  'keyword as the name of an operation': 'query query { __typename }',
  'spread with spaces': '{ ... on Query { __typename } ... { __typename } }',
  'spread of two dots': '{ .. on Query { __typename } }',
  'spread of four dots': '{ .... on Query { __typename } }',
  'fragment named on': '{ ...on } fragment on on Query { __typename }',
  'empty arguments': '{ __type() { name } }',
  'empty variable definitions': 'query () { __typename }',
  'unclosed selection': '{ __typename',
  'one bracket too many': '{ __typename }}',
  'wrong bracket': '{ __typename ]',
  'anonymous query': 'query { __typename }',
  'two operations of one line': 'query a { __typename } query b { __typename }',
  'missing colon': '{ a __type(name "Order") { name } }',
  'argument without a value': '{ __type(name:) { name } }',
  'alias of an alias': '{ a: b: __typename }',
  'alias without a field': '{ a: }',
  'dollar alone': 'query ($: Int) { __typename }',
  'variable with a space after the dollar': 'query ($ a: String!) { __type(name: $ a) { name } }',
  'variable in a default': 'query ($a: String = "x", $b: String = $a) { order(id: $a, number: $b) { id } }',
  'type of no kind': 'query ($a: ) { order(id: $a) { id } }',
  'nested list type': 'query ($a: [[String!]!]!) { order(id: $a) { id } }',
  'two bangs': 'query ($a: String!!) { order(id: $a) { id } }',
  'unclosed list type': 'query ($a: [String) { order(id: $a) { id } }',
  'unknown punctuator': '{ __typename ? }',
  'ampersand in a document': '{ __typename & }',
  percent: '{ __typename % }',
  'JSON instead of a document': '{"query": "{ __typename }"}',
  'definition of a type beside an operation': '{ __typename } type Order { id: ID }',
  'definition of a directive beside an operation': '{ __typename } directive @skip on FIELD',
  'extension of the schema alone': 'extend type Query { a: Int }',
  'unknown keyword': 'select { __typename }',
  'keyword in capitals': 'QUERY { __typename }',
  'directive without a name': '{ __typename @ }',
  'directive before a field': '{ @skip(if: true) __typename }',
  'description of an operation': '"what it does" query { __typename }',
};

/** Documents on which graphql-js and the grammar of section 2 differ: it takes a selection of nothing. */
const beyondTheJudge = { 'empty selection': '{ }', 'empty nested selection': '{ __schema { } }' };
const refused = { outcome: 'refused', why: 'a selection set holds one selection or more' };

/** All of them, each a request with a name. */
export function syntaxCases() {
  const named = (kind, texts, query) =>
    Object.entries(texts).map(([name, text]) => ({ name: `${kind}/${name}`, query: query(text), compareData: true }));
  const numbers = Object.fromEntries(integers.map((text) => [text, text]));
  return [
    ...named('string', strings, echo),
    ...named('block string', blocks, echo),
    ...named('number for Int', numbers, (text) => `{ orders(first: ${text}) { totalCount } }`).map(withoutData),
    ...named('number for Long', numbers, (text) => `{ orders(where: {total: {eq: ${text}}}) { totalCount } }`).map(withoutData),
    ...named('document', documents, (text) => text),
    ...named('document', beyondTheJudge, (text) => text).map((request) => ({ ...request, wanted: refused })),
  ];
}

// What these ask for is not of the schema alone.
function withoutData(request) {
  return { ...request, compareData: false };
}
