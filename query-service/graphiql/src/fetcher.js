// How GraphiQL reaches the engine: queries by POST, subscriptions by WebSocket (graphql-transport-ws), both with the token.

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';

const ENDPOINT = '/graphql';

export function createFetcher(token) {
  const authorization = token ? `Bearer ${token}` : undefined;
  const socket = createClient({
    url: socketUrl(location),
    connectionParams: authorization ? { authorization } : {},
    // Subscribing again without a cursor would pass over what happened in between, so a lost connection is shown.
    retryAttempts: 0,
  });
  return createGraphiQLFetcher({
    url: ENDPOINT,
    fetch: (url, init) => fetchJson(url, withDefault(init, 'authorization', authorization)),
    wsClient: {
      subscribe: (request, sink) => socket.subscribe(request, { ...sink, error: (cause) => sink.error(told(cause)) }),
    },
    enableIncrementalDelivery: false,
  });
}

// told turns the end of a connection into words; the engine gives its reason when it closes one. What the engine answers to
// a subscription stays as it is.
export function told(cause) {
  return typeof cause?.code === 'number' ? plainError(`The connection was closed: ${cause.code} ${cause.reason}`.trim()) : cause;
}

// plainError makes an error without a stack, which GraphiQL would show as part of the answer.
function plainError(message) {
  const error = new Error(message);
  Object.defineProperty(error, 'stack', { value: undefined });
  return error;
}

export function socketUrl({ protocol, host }) {
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${ENDPOINT}`;
}

// withDefault adds a header unless GraphiQL's own headers editor has given one of that name.
export function withDefault(init, name, value) {
  const headers = new Headers(init.headers);
  if (value && !headers.has(name)) {
    headers.set(name, value);
  }
  return { ...init, headers };
}

// fetchJson lets only JSON through: what a proxy says of a missing engine is a page, and no answer to a query.
async function fetchJson(url, init) {
  const response = await fetch(url, init);
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) {
    throw plainError(`The answer is no JSON: HTTP ${response.status} ${response.statusText}`);
  }
  return response;
}
