// The audits of GraphQL over HTTP that the package graphql-http carries, against /graphql.
// An audit of any level that is not met counts as failed; which of them are deliberate is listed in exceptions.toml.

import { auditServer } from 'graphql-http';
import { fetchWithToken, graphqlUrl, recordResult } from './common.mjs';

for (const result of await auditServer({ url: graphqlUrl, fetchFn: fetchWithToken })) {
  const met = result.status === 'ok';
  recordResult(`${result.id} ${result.name}`, met ? 'passed' : 'failed', met ? '' : result.reason);
}
