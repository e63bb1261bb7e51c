// Each request is given to graphql-js, the reference implementation, and to the engine. Both must agree on what comes of it (an
// error of the request, or an execution), and on the data where the request is about the schema alone.

import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema, validateSchema,
} from 'graphql';
import { coercionCases } from '../graphql/coercion.mjs';
import { documentCases } from '../graphql/documents.mjs';
import { compareExecutions } from '../graphql/execution.mjs';
import { judge, schemasOf } from '../graphql/judge.mjs';
import { syntaxCases } from '../graphql/syntax.mjs';
import { ask, check, draft, expect, expectEqual, recordResult } from './common.mjs';

const SDL_FILE = new URL('../../../schemas/graphql/schema.graphql', import.meta.url);

/** The engine's bounds on what a query costs are its own, and no error of the request's form. */
const OWN_BOUNDS = new Set(['COST_EXCEEDED', 'RATE_LIMITED']);

function outcomeOf({ status, body }) {
  expect(body !== null && typeof body === 'object', `status ${status} without a JSON object`);
  const hasData = 'data' in body;
  expect(hasData || Array.isArray(body.errors), `status ${status} with neither data nor errors`);
  expect(hasData === (status >= 200 && status < 300), `status ${status} ${hasData ? 'with' : 'without'} data`);
  return hasData ? 'executed' : 'refused';
}

/** Section 7.1.2: each error has a message; locations are positive; only errors of execution have a path. */
function checkErrors(body, outcome) {
  if (!('errors' in body)) return;
  expect(body.errors.length > 0, '`errors` is empty');
  for (const error of body.errors) {
    expect(typeof error.message === 'string' && error.message !== '', 'an error without a message');
    for (const { line, column } of error.locations ?? []) {
      expect(line >= 1 && column >= 1, `location ${line}:${column} is not positive in: ${error.message}`);
    }
    expect(outcome === 'executed' || !('path' in error), `a request error with a path: ${error.message}`);
  }
}

async function compare(schemas, { name, compareData, ...request }) {
  const verdict = await judge(schemas, request);
  const answer = await ask({ ...request, wanted: undefined });
  const codes = (answer.body?.errors ?? []).map((error) => error.extensions?.code);
  if (codes.some((code) => OWN_BOUNDS.has(code))) {
    recordResult(name, 'not applicable', `${codes[0]}: a bound of the engine's own`);
    return;
  }
  await check(name, () => {
    const { query, variables, operationName } = request;
    const asked = JSON.stringify({ query, variables, operationName });
    const found = outcomeOf(answer);
    const error = answer.body.errors?.[0]?.message;
    const agreed = verdict.outcome === 'either' ? error !== undefined : verdict.outcome === found;
    expect(agreed, `${asked} was ${found} (${error ?? 'no error'}), should be ${verdict.outcome} (${verdict.why ?? 'valid'})`);
    checkErrors(answer.body, found);
    if (compareData && found === 'executed') {
      const same = isDeepStrictEqual(answer.body.data, JSON.parse(JSON.stringify(verdict.data)));
      expect(same, `${asked} gave ${JSON.stringify(answer.body.data)}, should be ${JSON.stringify(verdict.data)}`);
    }
  });
}

const sdl = await readFile(SDL_FILE, 'utf8');
const schemas = schemasOf(sdl);

await check('schema/the SDL is valid', () => expectEqual(validateSchema(schemas.schema).map(String), [], 'errors'));

const introspection = getIntrospectionQuery({
  specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true,
});
const { body } = await ask({ query: introspection });
const printed = (schema) => printSchema(lexicographicSortSchema(schema)).split('\n');

await check('schema/introspection returns the description that the SDL has', () => {
  expectEqual(body.data.__schema.description, schemas.schema.description ?? null, 'the description of the schema');
});

await check('schema/introspection prints the SDL', () => {
  expect(body.errors === undefined, `errors: ${JSON.stringify(body.errors)}`);
  const found = printed(buildClientSchema({ __schema: { ...body.data.__schema, description: null } }));
  const wanted = printed(buildSchema(sdl));
  const line = wanted.findIndex((text, index) => text !== found[index]);
  expect(line < 0 && found.length === wanted.length, `line ${line + 1}: got ${found[line]}, should be ${wanted[line]}`);
});

await check('response/fields come in the order of the request', async () => {
  const { body } = await ask({ query: '{ b: __typename a: __typename c: __schema { queryType { name kind } } }' });
  expectEqual(body.data, { b: 'Query', a: 'Query', c: { queryType: { name: 'Query', kind: 'OBJECT' } } }, 'data');
});

const { orderId, consistency } = await draft();
const { body: { data: { order: { id: nodeId } } } } = await ask({
  query: 'query ($id: ID!, $at: ConsistencyToken) { order(id: $id, consistency: $at) { id } }', variables: { id: orderId, at: consistency },
});

await check('response/fields come in the order of the request, however long each takes', async () => {
  const query = 'query ($id: ID!) { c: node(id: $id) { __typename } b: orders(first: 1) { totalCount } ...f a: __typename } fragment f on Query { d: order(id: $id) { id } a: __typename }';
  const { body: { data } } = await ask({ query, variables: { id: nodeId } });
  expectEqual(Object.keys(data), ['c', 'b', 'd', 'a'], 'the names in the data');
});

await check('response/an object of which nothing is selected is an empty one', async () => {
  const query = 'query ($id: ID!) { node(id: $id) { ... on Customer { id } } nodes(ids: [$id]) { ... on Customer { id } } }';
  const { body: { data } } = await ask({ query, variables: { id: nodeId } });
  expectEqual(data, { node: {}, nodes: [{}] }, 'data');
});

for (const request of [...syntaxCases(), ...documentCases(), ...coercionCases()]) await compare(schemas, request);
await compareExecutions(sdl);
