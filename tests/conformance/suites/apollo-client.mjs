// Apollo's client in its default settings, and with its link for persisted queries, which sends the hash of a query in place of it.

import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { ask, check, expect, expectEqual, fetchWithToken, graphqlUrl } from './common.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const answersToUnknown = ['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED'];

/** A query that nobody has sent before. */
function freshQuery() {
  const name = `f${crypto.randomUUID().replaceAll('-', '')}`;
  return { name, text: `query Fresh { ${name}: __typename }` };
}

/** A client, and the requests that it has sent. */
function clientOf({ persisted, ...options } = {}) {
  const requests = [];
  const recording = (url, init) => {
    requests.push({ method: init.method, url: String(url), body: init.body && JSON.parse(init.body) });
    return fetchWithToken(url, init);
  };
  const http = new HttpLink({ uri: graphqlUrl, fetch: recording });
  const link = persisted ? ApolloLink.from([new PersistedQueryLink({ sha256, ...options }), http]) : http;
  return { client: new ApolloClient({ link, cache: new InMemoryCache() }), requests };
}

async function dataOf(client, text, variables) {
  const { data } = await client.query({ query: gql(text), variables, fetchPolicy: 'network-only' });
  return JSON.parse(JSON.stringify(data));
}

await check('client/a query', async () => {
  const data = await dataOf(clientOf().client, 'query Known($name: String!) { __type(name: $name) { name } }', { name: 'Order' });
  expectEqual(data.__type.name, 'Order', 'the name');
});

await check('client/an invalid query is an error of GraphQL', async () => {
  try {
    await dataOf(clientOf().client, '{ nothing }');
  } catch (error) {
    expect(CombinedGraphQLErrors.is(error), `${error.name}: ${error.message}`);
    return;
  }
  throw new Error('no error');
});

for (const useGETForHashedQueries of [false, true]) {
  const how = useGETForHashedQueries ? 'GET' : 'POST';

  await check(`persisted queries by ${how}/one that the server does not know yet`, async () => {
    const { name, text } = freshQuery();
    const { client, requests } = clientOf({ persisted: true, useGETForHashedQueries });
    expectEqual((await dataOf(client, text))[name], 'Query', 'data');
    expectEqual(requests[0].method, how, 'the method of the first request');
    expect(requests.length === 2 && typeof requests[1].body?.query === 'string', 'the query is sent once, after its hash');
  });

  await check(`persisted queries by ${how}/one that another client has sent`, async () => {
    const { name, text } = freshQuery();
    await dataOf(clientOf({ persisted: true, useGETForHashedQueries }).client, text);
    const { client } = clientOf({ persisted: true, useGETForHashedQueries });
    expectEqual((await dataOf(client, text))[name], 'Query', 'data');
  });
}

await check('persisted queries/an unknown hash is reported by its code', async () => {
  const { text } = freshQuery();
  const { body } = await ask({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } } });
  const code = body.errors?.[0]?.extensions?.code;
  expect(answersToUnknown.includes(code), `the code is ${code} in ${JSON.stringify(body)}`);
  expect(!('data' in body), 'an error of the request has no data');
});

await check('persisted queries/a hash of another query is refused', async () => {
  const { text } = freshQuery();
  const persistedQuery = { version: 1, sha256Hash: sha256(freshQuery().text) };
  const { body } = await ask({ query: text, extensions: { persistedQuery } });
  const again = await ask({ extensions: { persistedQuery } });
  expect(Array.isArray(body.errors) && !('data' in body), `the query ran: ${JSON.stringify(body)}`);
  expect(!('data' in again.body), `the hash stands for another query now: ${JSON.stringify(again.body)}`);
});
