import assert from 'node:assert/strict';
import test from 'node:test';

import { cleanToken, describeToken } from '../src/token.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function token(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'EdDSA' })}.${part(claims)}.c2lnbmF0dXJl`;
}

test('a token is taken out of what was copied around it', () => {
  const pasted = ['a.b.c', ' a.b.c\n', 'Bearer a.b.c', 'bearer a.b.c', 'Authorization: Bearer a.b.c', 'TOKEN=a.b.c',
    'export TOKEN="a.b.c"', 'a.b\n  .c'];
  for (const text of pasted) {
    assert.equal(cleanToken(text), 'a.b.c', text);
  }
  assert.equal(cleanToken(' \n'), '');
});

test('a token is described by whose it is and how long it lasts', () => {
  const staff = describeToken(token({ sub: 'clerk', tenant: 'böden', exp: NOW / 1000 + 60 }), NOW);
  assert.equal(staff.usable, true);
  assert.match(staff.text, /^clerk, tenant böden, until /);
  const customer = describeToken(token({ sub: 's', customer: 'C-1', tenant: 't' }), NOW);
  assert.deepEqual(customer, { usable: true, text: 'customer C-1, tenant t' });
});

test('what the engine will refuse is told', () => {
  const expired = describeToken(token({ sub: 'clerk', tenant: 't', exp: NOW / 1000 }), NOW);
  assert.equal(expired.usable, false);
  assert.match(expired.text, /expired/);
  const notTokens = ['abc', 'a.b.c', 'a.b.c.d', `x.${Buffer.from('null').toString('base64url')}.x`];
  for (const text of notTokens) {
    assert.deepEqual(describeToken(text, NOW), { usable: false, text: 'This is not a JSON Web Token.' }, text);
  }
  assert.match(describeToken('', NOW).text, /orderctl token/);
});
