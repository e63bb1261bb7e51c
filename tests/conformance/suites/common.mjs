// What the suites in JavaScript share: where the engine is, who asks, and how a result is recorded.

export const engineUrl = required('ENGINE_URL');
export const token = required('CONFORMANCE_TOKEN');
export const graphqlUrl = `${engineUrl}/graphql`;
const authorization = { authorization: `Bearer ${token}` };

export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run this suite through run.sh`);
  return value;
}

/** Records one result, as a line of JSON that summary.py reads. `outcome` is passed, failed or not applicable. */
export function recordResult(name, outcome, detail = '') {
  console.log(JSON.stringify({ case: name, outcome, detail }));
}

/** Runs one check; it passes when it returns, and fails with the message of what it throws. */
export async function check(name, run) {
  try {
    await run();
    recordResult(name, 'passed');
  } catch (error) {
    // Clients of GraphQL throw the list of errors that the server returned.
    recordResult(name, 'failed', error instanceof Error ? error.message : JSON.stringify(error));
  }
}

/** How often a request is sent again after 429, and how long is waited for at most, in seconds. */
const TRIES_MAX = 20;
const RETRY_AFTER_S_MAX = 30;

/** `fetch` with the token. A suite asks faster than a client may, so it waits as 429 says. */
export async function fetchWithToken(url, options = {}) {
  for (let tried = 1; ; tried += 1) {
    const answer = await fetch(url, { ...options, headers: { ...options.headers, ...authorization } });
    if (answer.status !== 429 || tried === TRIES_MAX) return answer;
    const seconds = Number(answer.headers.get('retry-after'));
    if (!(seconds >= 0 && seconds <= RETRY_AFTER_S_MAX)) return answer;
    await new Promise((next) => { setTimeout(next, seconds * 1000); });
  }
}

/** Sends a GraphQL request and answers with the status and the parsed body. */
export async function ask(request, headers = {}) {
  const answer = await fetchWithToken(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify(request),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** Sends a command and answers with its parsed receipt. */
export async function command(method, path, body, headers = {}) {
  const answer = await fetchWithToken(`${engineUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), ...headers },
    body: JSON.stringify(body),
  });
  const receipt = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(receipt)}`);
  return { ...receipt, consistency: answer.headers.get('order-consistency-token') };
}

/** Makes a draft order, for what follows one. */
export function draft() {
  return command('POST', '/v1/orders', { customer: 'conformance', currency: 'EUR' });
}

/** Adds a line, so that a follower of the order sees a change. */
export function addLine(orderId) {
  return command('POST', `/v1/orders/${orderId}/lines`, { sku: 'A-1', quantity: 1, unitPrice: '1.00' });
}

/** Follows an order; `consistency` waits until the read models know it. */
export const CHANGES = `subscription ($id: ID!, $from: String, $consistency: ConsistencyToken) {
  orderChanged(id: $id, from: $from, consistency: $consistency) { cursor version type }
}`;

/** What CHANGES asks of a change, in its order (GraphQL specification, 7.2.2). */
export const FIELDS_OF_CHANGES = ['cursor', 'version', 'type'];

/** The variables with which a receipt's order is followed from now on, or from a cursor. */
export function following({ orderId, consistency }, from = undefined) {
  return { id: orderId, consistency, from };
}

/**
 * Adds lines to an order, one after the other, until a promise is kept. The moment from which a subscription reports changes shows in
 * no message, so a single line might come too early.
 */
export async function addLinesUntil(orderId, promise) {
  let over = false;
  const kept = promise.finally(() => { over = true; });
  kept.catch(() => {}); // it is awaited below; meanwhile its failure must not end the process
  while (!over) {
    await addLine(orderId);
    await Promise.race([kept, new Promise((next) => { setTimeout(next, 50); })]);
  }
  return kept;
}

/** Fails with a text that shows both values unless they are the same as JSON. */
export function expectEqual(found, wanted, what) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: got ${left}, should be ${right}`);
}

export function expect(holds, text) {
  if (!holds) throw new Error(text);
}
