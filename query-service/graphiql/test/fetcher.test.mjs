import assert from 'node:assert/strict';
import test from 'node:test';

import { socketUrl, told, withDefault } from '../src/fetcher.js';

test('the socket is on the origin of the page', () => {
  assert.equal(socketUrl({ protocol: 'http:', host: '127.0.0.1:8080' }), 'ws://127.0.0.1:8080/graphql');
  assert.equal(socketUrl({ protocol: 'https:', host: 'orders.example' }), 'wss://orders.example/graphql');
});

test('the token is sent unless the headers editor has a token of its own', () => {
  const sent = (headers, token) => withDefault({ headers }, 'authorization', token).headers.get('authorization');
  assert.equal(sent({}, 'Bearer a'), 'Bearer a');
  assert.equal(sent({ Authorization: 'Bearer b' }, 'Bearer a'), 'Bearer b');
  assert.equal(sent({}, undefined), null);
});

test('a closed connection is told with the reason that the engine gave', () => {
  assert.equal(told({ code: 4403, reason: 'the token has expired' }).message, 'The connection was closed: 4403 the token has expired');
  assert.equal(told({ code: 1006, reason: '' }).message, 'The connection was closed: 1006');
  assert.equal(told({ code: 1006, reason: '' }).stack, undefined);
  const answer = [{ message: 'this is no order\'s id', extensions: { code: 'BAD_USER_INPUT' } }];
  assert.equal(told(answer), answer);
});
