import assert from 'node:assert/strict';
import test from 'node:test';

import { buildSchema } from 'graphql';

import { check } from '../examples.mjs';

const schema = buildSchema('type Query { order(id: ID!): Order, orders: [Order!]! } type Order { id: ID! }');

test('an example that fits the schema is taken', () => {
  assert.deepEqual(check(schema, '# Orders\nquery { orders { id } }', ''), []);
  assert.deepEqual(check(schema, '# Order\nquery ($id: ID!) { order(id: $id) { id } }', '{"id": "1"}'), []);
});

test('an example that does not fit is refused, with the reason', () => {
  const refused = [
    ['# A\nquery { orders { number } }', '', /Cannot query field "number"/],
    ['# A\nquery { orders { id }', '', /Syntax Error/],
    ['# A\nquery ($id: ID!) { order(id: $id) { id } }', '', /"\$id" of required type "ID!" was not provided/],
    ['# A\nquery ($id: ID!) { order(id: $id) { id } }', '{"id": "1", "from": 1}', /"from" is not in the query/],
    ['# A\nquery ($id: ID!) { order(id: $id) { id } }', '{"id": }', /JSON/],
    ['# A\nquery One { orders { id } } query Two { orders { id } }', '', /more than one operation/],
    ['query { orders { id } }', '', /no comment with the title/],
  ];
  for (const [query, variables, reason] of refused) {
    const problems = check(schema, query, variables);
    assert.equal(problems.length, 1, query);
    assert.match(problems[0], reason);
  }
});
