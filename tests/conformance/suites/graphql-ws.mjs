// The client of the package graphql-ws, and messages by hand where no client would send them, against the WebSocket of /graphql.
// The rules are those of the protocol graphql-transport-ws, which that package describes.

import { createClient, validateMessage } from 'graphql-ws';
import WebSocket from 'ws';
import {
  addLine, addLinesUntil, CHANGES, check, draft, expect, expectEqual, FIELDS_OF_CHANGES, following, graphqlUrl, recordResult, token,
} from './common.mjs';

const URL_OF_SOCKET = graphqlUrl.replace(/^http/, 'ws');
const PROTOCOL = 'graphql-transport-ws';
const WAIT_MS_MAX = 5_000;
const authorized = { authorization: `Bearer ${token}` };

/** Fails when a promise takes too long. */
function inTime(promise, what) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what} took longer than ${WAIT_MS_MAX} ms`)), WAIT_MS_MAX);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Runs something with a client of the package and ends the client. */
async function withClient(options, run) {
  const client = createClient({ url: URL_OF_SOCKET, webSocketImpl: WebSocket, connectionParams: authorized, retryAttempts: 0, ...options });
  try {
    return await run(client);
  } finally {
    await client.dispose();
  }
}

/** The results of an operation until it is complete; throws the errors that end it. */
async function resultsOf(client, request) {
  const results = [];
  for await (const result of client.iterate(request)) results.push(result);
  return results;
}

/** Runs an operation that must end with an `error` message and gives its errors. */
async function errorsOf(client, request) {
  try {
    const results = await inTime(resultsOf(client, request), 'the error');
    throw new Error(`no error, but ${JSON.stringify(results)}`);
  } catch (error) {
    if (!Array.isArray(error)) throw error;
    return error;
  }
}

/** Those that were opened by hand; a failed check may leave its own open. */
const sockets = new Set();

/** A socket for messages by hand. */
class Raw {
  constructor(socket) {
    this.socket = socket;
    this.received = [];
    this.waiting = [];
    this.closed = new Promise((done) => socket.on('close', (code) => done(code)));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      const taker = this.waiting.shift();
      if (taker) taker(message);
      else this.received.push(message);
    });
  }

  static async open({ protocol = PROTOCOL, headers = {} } = {}) {
    const socket = new WebSocket(URL_OF_SOCKET, protocol, { headers });
    sockets.add(socket);
    const raw = new Raw(socket);
    await inTime(new Promise((done, fail) => socket.once('open', done).once('error', fail)), 'the handshake');
    return raw;
  }

  static async acknowledged() {
    const raw = await Raw.open();
    raw.send({ type: 'connection_init', payload: authorized });
    expectEqual((await raw.next()).type, 'connection_ack', 'the answer to connection_init');
    return raw;
  }

  send(message) {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  next() {
    const message = this.received.shift();
    return message ? Promise.resolve(message) : inTime(new Promise((done) => this.waiting.push(done)), 'a message');
  }

  async expectClosed(code) {
    expectEqual(await inTime(this.closed, 'the close'), code, 'the code of the close');
  }
}

const subscribe = (id, query, variables) => ({ id, type: 'subscribe', payload: { query, variables } });

await check('client/a query gives one result and is complete', () =>
  withClient({}, async (client) => {
    expectEqual(await resultsOf(client, { query: '{ __typename }' }).then((found) => found.map(({ data }) => data)), [{ __typename: 'Query' }], 'results');
  }));

await check('client/a token in a header of the handshake', () => {
  class WithHeader extends WebSocket {
    constructor(url, protocol) {
      super(url, protocol, { headers: authorized });
    }
  }
  return withClient({ webSocketImpl: WithHeader, connectionParams: undefined }, async (client) => {
    expectEqual((await resultsOf(client, { query: '{ __typename }' })).length, 1, 'results');
  });
});

await check('client/a subscription follows an order and ends when the client completes it', async () => {
  const order = await draft();
  await withClient({}, async (client) => {
    const changes = client.iterate({ query: CHANGES, variables: following(order) });
    const received = await addLinesUntil(order.orderId, inTime(changes.next(), 'the change'));
    expect(received.value.errors === undefined, JSON.stringify(received.value.errors));
    expectEqual(received.value.data.orderChanged.type, 'LineAdded', 'type');
    expectEqual(Object.keys(received.value.data.orderChanged), FIELDS_OF_CHANGES, 'the fields, in the order of the request');
    await changes.return();
    // What arrived before the end was noticed may still be handed out.
    const rest = (async () => { for await (const { errors } of changes) expect(errors === undefined, JSON.stringify(errors)); })();
    await inTime(rest, 'the end');
  });
});

await check('client/a subscription goes on from a cursor after a new connection', async () => {
  const order = await draft();
  const nextChange = (from) =>
    withClient({}, async (client) => {
      const changes = client.iterate({ query: CHANGES, variables: following(order, from) });
      const received = await addLinesUntil(order.orderId, inTime(changes.next(), 'the change'));
      await changes.return();
      expect(received.value.errors === undefined, JSON.stringify(received.value.errors));
      return received.value.data.orderChanged;
    });
  const first = await nextChange();
  expectEqual((await nextChange(first.cursor)).version, first.version + 1, 'the version after the cursor');
});

await check('client/an invalid document ends with errors', () =>
  withClient({}, async (client) => {
    const errors = await errorsOf(client, { query: '{ nothing }' });
    expect(errors.every(({ message }) => typeof message === 'string' && message !== ''), 'messages');
  }));

await check('client/a syntax error ends with errors', () =>
  withClient({}, async (client) => { await errorsOf(client, { query: '{' }); }));

await check('client/a subscription with two root fields ends with errors', () =>
  withClient({}, async (client) => {
    const query = 'subscription { a: orderChanged(id: "x") { version } b: orderChanged(id: "y") { version } }';
    await errorsOf(client, { query });
  }));

await check('client/null for a non-null variable ends with errors', () =>
  withClient({}, async (client) => { await errorsOf(client, { query: CHANGES, variables: { id: null } }); }));

await check('client/a subscription to an unknown order ends with NOT_FOUND', () =>
  withClient({}, async (client) => {
    const errors = await errorsOf(client, { query: CHANGES, variables: { id: crypto.randomUUID() } });
    expectEqual(errors[0].extensions?.code, 'NOT_FOUND', 'code');
  }));

await check('client/an invalid operation leaves the others alone', () =>
  withClient({}, async (client) => {
    await errorsOf(client, { query: '{ nothing }' });
    expectEqual((await resultsOf(client, { query: '{ __typename }' })).length, 1, 'results');
  }));

await check('client/pings are answered', () =>
  withClient({ lazy: false, keepAlive: 100 }, (client) =>
    inTime(new Promise((done) => client.on('pong', (received) => received && done())), 'the pong')));

await check('client/fifty operations at once on one connection', () =>
  withClient({}, async (client) => {
    const all = Array.from({ length: 50 }, (_, index) => resultsOf(client, { query: `{ a${index}: __typename }` }));
    const found = await inTime(Promise.all(all), 'the results');
    expectEqual(found.map((results) => results[0].data), all.map((_, index) => ({ [`a${index}`]: 'Query' })), 'results');
  }));

await check('handshake/the protocol is confirmed', async () => {
  const raw = await Raw.open();
  expectEqual(raw.socket.protocol, PROTOCOL, 'protocol');
  raw.socket.close();
});

await check('handshake/another protocol closes with 4406', async () => {
  // `ws` itself gives up when the server confirms none of its protocols; either is the end that the protocol asks for.
  try {
    await (await Raw.open({ protocol: 'graphql-ws' })).expectClosed(4406);
  } catch (error) {
    expect(/no subprotocol/i.test(error.message), error.message);
  }
});

await check('connection_init/acknowledged', async () => {
  const raw = await Raw.open();
  raw.send({ type: 'connection_init', payload: authorized });
  const { type, payload } = await raw.next();
  expectEqual(type, 'connection_ack', 'type');
  expect(payload === undefined || (payload !== null && typeof payload === 'object'), 'a payload is a map');
  raw.socket.close();
});

await check('connection_init/no token closes with 4403', async () => {
  const raw = await Raw.open();
  raw.send({ type: 'connection_init' });
  await raw.expectClosed(4403);
});

await check('connection_init/a wrong token closes with 4403', async () => {
  const raw = await Raw.open();
  raw.send({ type: 'connection_init', payload: { authorization: 'Bearer x.y.z' } });
  await raw.expectClosed(4403);
});

await check('connection_init/a second one closes with 4429', async () => {
  const raw = await Raw.acknowledged();
  raw.send({ type: 'connection_init', payload: authorized });
  await raw.expectClosed(4429);
});

await check('connection_init/none closes with 4408', async () => (await Raw.open()).expectClosed(4408));

await check('subscribe/before the acknowledgement closes with 4401', async () => {
  const raw = await Raw.open();
  raw.send(subscribe('1', '{ __typename }'));
  await raw.expectClosed(4401);
});

await check('subscribe/an id in use closes with 4409', async () => {
  const order = await draft();
  const raw = await Raw.acknowledged();
  raw.send(subscribe('1', CHANGES, following(order)));
  raw.send(subscribe('1', CHANGES, following(order)));
  await raw.expectClosed(4409);
});

await check('subscribe/an id can be used again once it is complete', async () => {
  const raw = await Raw.acknowledged();
  for (let round = 0; round < 3; round += 1) {
    raw.send(subscribe('1', '{ __typename }'));
    expectEqual([(await raw.next()).type, (await raw.next()).type], ['next', 'complete'], 'messages');
  }
  raw.socket.close();
});

await check('subscribe/an error is the last message of its operation', async () => {
  const raw = await Raw.acknowledged();
  raw.send(subscribe('1', '{ nothing }'));
  const error = await raw.next();
  expectEqual([error.type, error.id, Array.isArray(error.payload)], ['error', '1', true], 'message');
  raw.send(subscribe('2', '{ __typename }'));
  expectEqual((await raw.next()).id, '2', 'the next message is of the next operation');
  raw.socket.close();
});

await check('complete/nothing comes after it', async () => {
  const order = await draft();
  const raw = await Raw.acknowledged();
  raw.send(subscribe('1', CHANGES, following(order)));
  raw.send({ id: '1', type: 'complete' });
  await addLine(order.orderId);
  raw.send({ type: 'ping' });
  expectEqual((await raw.next()).type, 'pong', 'the only message');
  raw.socket.close();
});

await check('complete/of an unknown id is ignored', async () => {
  const raw = await Raw.acknowledged();
  raw.send({ id: 'nobody', type: 'complete' });
  raw.send({ type: 'ping' });
  expectEqual((await raw.next()).type, 'pong', 'the answer to the ping');
  raw.socket.close();
});

await check('ping/before the acknowledgement is answered', async () => {
  const raw = await Raw.open();
  raw.send({ type: 'ping' });
  expectEqual((await raw.next()).type, 'pong', 'the answer to the ping');
  raw.socket.close();
});

await check('pong/unasked is ignored', async () => {
  const raw = await Raw.acknowledged();
  raw.send({ type: 'pong', payload: { a: 1 } });
  raw.send({ type: 'ping', payload: { a: 1 } });
  expectEqual((await raw.next()).type, 'pong', 'the answer to the ping');
  raw.socket.close();
});

const noMessages = {
  'no JSON': 'hello',
  'an empty text': '',
  'a number': '1',
  null: 'null',
  'an array': [],
  'a message as an array': ['ping'],
  'a message as an array with its members': ['subscribe', '1', { query: '{ __typename }' }],
  'no type': { id: '1' },
  'an unknown type': { type: 'start', id: '1', payload: {} },
  'a type that is null': { type: null },
  'a type that is an object': { type: { ping: null } },
  'a subscribe without an id': { type: 'subscribe', payload: { query: '{ __typename }' } },
  'a subscribe with an empty id': { type: 'subscribe', id: '', payload: { query: '{ __typename }' } },
  'a subscribe with a number as id': { type: 'subscribe', id: 1, payload: { query: '{ __typename }' } },
  'a subscribe without a payload': { type: 'subscribe', id: '1' },
  'a subscribe whose payload is an array': { type: 'subscribe', id: '1', payload: ['{ __typename }'] },
  'a subscribe without a query': { type: 'subscribe', id: '1', payload: {} },
  'a subscribe whose query is null': { type: 'subscribe', id: '1', payload: { query: null } },
  'a subscribe whose query is a number': { type: 'subscribe', id: '1', payload: { query: 1 } },
  'a subscribe whose operation name is a number': { type: 'subscribe', id: '1', payload: { query: '{ __typename }', operationName: 1 } },
  'a subscribe whose variables are an array': { type: 'subscribe', id: '1', payload: { query: '{ __typename }', variables: [] } },
  'a subscribe whose extensions are a text': { type: 'subscribe', id: '1', payload: { query: '{ __typename }', extensions: 'x' } },
  'a complete without an id': { type: 'complete' },
  'a complete with an empty id': { type: 'complete', id: '' },
  'a ping whose payload is a text': { type: 'ping', payload: 'x' },
  'a pong whose payload is an array': { type: 'pong', payload: [] },
  'a binary message': Buffer.from([0, 1, 2]),
};
const messagesOfServers = {
  next: { type: 'next', id: '1', payload: { data: null } },
  error: { type: 'error', id: '1', payload: [{ message: 'no' }] },
  connection_ack: { type: 'connection_ack' },
};

for (const [what, message] of Object.entries(noMessages)) {
  const name = `no message of the protocol closes with 4400/${what}`;
  if (isMessage(message)) recordResult(name, 'not applicable', 'the package graphql-ws takes it for a message');
  else await check(name, () => expectRefused(message));
}
for (const [type, message] of Object.entries(messagesOfServers)) {
  await check(`a message of servers closes with 4400/${type}`, () => expectRefused(message));
}
for (const socket of sockets) socket.terminate();

async function expectRefused(message) {
  const raw = await Raw.acknowledged();
  raw.send(message);
  await raw.expectClosed(4400);
}

/** Whether the package itself takes something for a message of the protocol. */
function isMessage(message) {
  try {
    validateMessage(typeof message === 'string' || Buffer.isBuffer(message) ? JSON.parse(String(message)) : message);
    return true;
  } catch {
    return false;
  }
}
