// Orders of every kind and state, so that queries meet values and nulls, full pages and empty ones.

import { command, engineUrl, expect, fetchWithToken } from '../suites/common.mjs';

/** More lines than a page has without `first`. */
const LONG_ORDER_LINES = 23;

const address = (kind, more = {}) => ({ kind, name: 'A. Recipient', line1: '1 Long Street', city: 'London', country: 'GB', ...more });
const line = (sku, more = {}) => ({ sku, quantity: 1, unitPrice: '1.00', ...more });

/** Gives an order its commands, one after the other, and answers with the last receipt. */
async function walk(draft, ...commands) {
  let receipt = await command('POST', '/v1/orders', draft);
  for (const [method, path, body] of commands) {
    const known = { 'if-match': `"${receipt.version}"` };
    receipt = { ...receipt, ...(await command(method, `/v1/orders/${receipt.orderId}${path}`, body, known)) };
  }
  return receipt;
}

const addLine = (...rest) => ['POST', '/lines', line(...rest)];
const setAddress = (...rest) => ['PUT', '/address', address(...rest)];

/** The orders that commands make, as their last receipts. */
async function orderedOrders() {
  return [
    await walk({ customer: 'alpha', currency: 'EUR' }),
    await walk({ customer: 'alpha', currency: 'GBP' }, addLine('A-1', { description: 'Tea "light" \\ é 😀', quantity: 6, unitPrice: '2.5525' }), addLine('B-2')),
    await walk(
      { customer: 'alpha', currency: 'EUR' },
      addLine('A-1', { quantity: 3, unitPrice: '0.0050' }),
      setAddress('SHIPPING', { line2: 'Flat 2', postalCode: 'N1', region: 'Greater London', phone: '+44 20 7946 0000', email: 'a@example.org' }),
      setAddress('BILLING', { country: 'DE' }),
      ['POST', '/place', {}],
    ),
    await walk({ customer: 'beta', currency: 'JPY' }, addLine('C-3', { unitPrice: '100' }), setAddress('SHIPPING'), ['POST', '/place', {}],
      ['POST', '/cancel', { reason: 'STAFF', note: 'out of stock' }]),
    await walk({ customer: 'beta', currency: 'EUR' }, addLine('C-3'), ['POST', '/cancel', { reason: 'CUSTOMER' }]),
  ];
}

/** Imported orders: a long sale, a credit of it, and some without a customer or a country. */
function importedRows() {
  const run = crypto.randomUUID().slice(0, 8);
  const row = (index, more) => ({
    source: 'elsewhere', reference: `${run}-${index}`, number: `${run}-${index}`, kind: 'SALE', currency: 'GBP',
    placedAt: `2020-01-0${1 + (index % 5)}T00:00:00.00000${index}Z`, lines: [line('A-1')], ...more,
  });
  const many = Array.from({ length: LONG_ORDER_LINES }, (_, index) => line(`L-${index}`, { quantity: index + 1, description: index % 3 ? `Line ${index}` : null }));
  return [
    row(0, { customer: 'alpha', country: 'GB', lines: many }),
    row(1, { customer: 'alpha', country: 'GB', kind: 'CREDIT', creditOf: `${run}-0`, lines: [line('L-1', { quantity: 2 })] }),
    row(2, {}),
    row(3, { country: 'FR' }),
    ...Array.from({ length: 5 }, (_, index) => row(4 + index, { customer: 'gamma', country: index % 2 ? 'GB' : 'DE' })),
  ];
}

/** The ids of the imported orders. */
async function importedOrders() {
  const answer = await fetchWithToken(`${engineUrl}/v1/imports`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: importedRows().map((row) => `${JSON.stringify(row)}\n`).join(''),
  });
  const results = (await answer.text()).trim().split('\n').map((text) => JSON.parse(text));
  for (const result of results) expect(result.status === 'imported', `an order is not imported: ${JSON.stringify(result)}`);
  return results.map((result) => ({ orderId: result.orderId, consistency: `order:${result.orderId}@1` }));
}

/** Makes all of them; answers with the id of each and the token with which a query waits for it. */
export async function makeOrders() {
  const receipts = [...(await orderedOrders()), ...(await importedOrders())];
  return receipts.map(({ orderId, consistency }) => ({ orderId, consistency }));
}
