// The client of the package graphql-sse, in "distinct connections mode", against /graphql; and what a browser's EventSource reads.

import { createClient } from 'graphql-sse';
import {
  addLine, addLinesUntil, CHANGES, check, draft, expect, expectEqual, fetchWithToken, FIELDS_OF_CHANGES, following, graphqlUrl, recordResult,
} from './common.mjs';

const WAIT_MS_MAX = 25_000;

function clientOf(options = {}) {
  return createClient({ url: graphqlUrl, singleConnection: false, retryAttempts: 0, fetchFn: fetchWithToken, ...options });
}

/** Everything that an operation returns, until its end: results and how it ended. */
function follow(client, request, onResult = () => {}) {
  const results = [];
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no end within ${WAIT_MS_MAX} ms`)), WAIT_MS_MAX);
    const end = (how) => { clearTimeout(timer); done({ results, ...how }); };
    const stop = client.subscribe(request, {
      next: (result) => { results.push(result); onResult(result, stop); },
      error: (error) => end({ error }),
      complete: () => end({ complete: true }),
    });
  });
}

/** Whether errors were reported, as a result or as the end of the stream. */
function expectErrors({ results, error, complete }) {
  const reported = results.some(({ errors }) => Array.isArray(errors) && errors.length > 0);
  expect(reported || (error !== undefined && !complete), `no errors: ${JSON.stringify(results)}`);
}

await check('client/a query gives one result and is complete', async () => {
  const { results, complete } = await follow(clientOf(), { query: '{ __typename }' });
  expectEqual([results.map(({ data }) => data), complete], [[{ __typename: 'Query' }], true], 'results');
});

await check('client/a subscription follows an order until the client ends it', async () => {
  const order = await draft();
  const changes = follow(clientOf(), { query: CHANGES, variables: following(order) }, (_, stop) => stop());
  const { results } = await addLinesUntil(order.orderId, changes);
  expectEqual(results[0].data?.orderChanged.type, 'LineAdded', 'type');
  expectEqual(Object.keys(results[0].data.orderChanged), FIELDS_OF_CHANGES, 'the fields, in the order of the request');
});

await check('client/a subscription goes on from a cursor', async () => {
  const order = await draft();
  const first = await addLine(order.orderId);
  const last = await addLine(order.orderId);
  const timeline = 'query ($id: ID!, $at: ConsistencyToken) { order(id: $id, consistency: $at) { timeline { edges { cursor } } } }';
  const seen = await follow(clientOf(), { query: timeline, variables: { id: order.orderId, at: last.consistency } });
  const { edges } = seen.results[0].data.order.timeline;
  const changes = await follow(clientOf(), { query: CHANGES, variables: following(order, edges[0].cursor) }, ({ data }, stop) => {
    if (data?.orderChanged.version === last.version) stop();
  });
  expectEqual(changes.results.map(({ data }) => data?.orderChanged.version), [first.version, last.version], 'versions');
});

await check('client/an invalid document is reported', async () => {
  expectErrors(await follow(clientOf(), { query: '{ nothing }' }));
});

await check('client/a syntax error is reported', async () => {
  expectErrors(await follow(clientOf(), { query: '{' }));
});

await check('client/an unknown order is reported', async () => {
  expectErrors(await follow(clientOf(), { query: CHANGES, variables: { id: crypto.randomUUID() } }));
});

await check('client/null for a non-null variable is reported', async () => {
  expectErrors(await follow(clientOf(), { query: CHANGES, variables: { id: null } }));
});

await check('client/a subscription with two root fields is reported', async () => {
  const query = 'subscription { a: orderChanged(id: "x") { version } b: orderChanged(id: "y") { version } }';
  expectErrors(await follow(clientOf(), { query }));
});

await check('client/no token is an error', async () => {
  const { error, results } = await follow(clientOf({ fetchFn: fetch }), { query: '{ __typename }' });
  expect(error !== undefined && results.length === 0, `no error, but ${JSON.stringify(results)}`);
});

await check('stream/a GET answers as EventSource asks', async () => {
  const url = `${graphqlUrl}?query=${encodeURIComponent('{ __typename }')}`;
  const answer = await fetchWithToken(url, { headers: { accept: 'text/event-stream' } });
  expectEqual(answer.status, 200, 'status');
  expect(/^text\/event-stream/.test(answer.headers.get('content-type')), `content type ${answer.headers.get('content-type')}`);
  expect(/no-(cache|store)/.test(answer.headers.get('cache-control') ?? ''), 'cache-control says that a stream is not stored');
  const events = (await answer.text()).split('\n\n').filter(Boolean).map((event) => event.split('\n'));
  expect(events[0][0] === 'event: next' && /^data: \{/.test(events[0][1]), `the first event is ${events[0]}`);
  expect(events.at(-1)[0] === 'event: complete' && events.at(-1).some((line) => line.startsWith('data:')), `the last event is ${events.at(-1)}`);
});

await check('stream/a quiet one shows that it lives', async () => {
  const order = await draft();
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('no comment came')), WAIT_MS_MAX);
  const answer = await fetchWithToken(graphqlUrl, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query: CHANGES, variables: following(order) }),
    signal: controller.signal,
  });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body) {
    text += decoder.decode(chunk, { stream: true });
    if (/^:/m.test(text)) break;
  }
  clearTimeout(timer);
  expect(/^:/m.test(text), `no comment in ${JSON.stringify(text)}`);
});

recordResult('single connection mode', 'not applicable', 'the engine offers distinct connections alone, as docs/subscriptions.md says');
