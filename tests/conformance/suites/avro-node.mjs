// A consumer in Node, kafkajs with its schema registry client (avsc), reads orders at the edges of the contract from the topic.

import { readFile } from 'node:fs/promises';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import { check, engineUrl, expect, expectEqual, fetchWithToken, required, recordResult, token } from './common.mjs';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
// The records are compressed by LZ4, which kafkajs leaves to a package of one's choice.
CompressionCodecs[CompressionTypes.LZ4] = () => ({ decompress: async (bytes) => Buffer.from(lz4.decompress(bytes)) });

const TOPIC = 'orders.order.events.v1';
const READ_MS_MAX = 60_000;
const EDGES_FILE = new URL('../readers/rows.json', import.meta.url);
const tenantOfToken = JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).tenant;

/** The rows of an import by the names of their cases. */
async function rows() {
  const edges = JSON.parse(await readFile(EDGES_FILE, 'utf8'));
  const base = { source: 'conformance', kind: 'SALE', currency: 'EUR', placedAt: '2020-01-01T00:00:00Z' };
  const line = { sku: 'A-1', quantity: 1, unitPrice: '1.00' };
  const found = new Map();
  for (const [name, placedAt] of Object.entries(edges.moments)) found.set(`moment/${name}`, { ...base, placedAt, lines: [line] });
  for (const [name, unitPrice] of Object.entries(edges.prices)) {
    for (const quantity of edges.quantities) {
      found.set(`amount/${quantity} at ${name}`, { ...base, lines: [{ ...line, unitPrice, quantity }] });
    }
  }
  for (const [name, description] of Object.entries(edges.texts)) found.set(`text/${name}`, { ...base, lines: [{ ...line, description }] });
  const run = crypto.randomUUID();
  [...found.values()].forEach((row, index) => Object.assign(row, { reference: `${run}-${index}`, number: `${run}-${index}` }));
  return found;
}

/** Imports the rows; the cases of the orders that were taken, by the ids of the orders. */
async function send(sent) {
  const answer = await fetchWithToken(`${engineUrl}/v1/imports`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: [...sent.values()].map((row) => `${JSON.stringify(row)}\n`).join(''),
  });
  const results = (await answer.text()).trim().split('\n').map((line) => JSON.parse(line));
  expectEqual(results.length, sent.size, 'results');
  const names = new Map();
  [...sent.keys()].forEach((name, index) => {
    const result = results[index];
    if (result.status === 'refused') recordResult(name, 'not applicable', `the engine refuses it: ${JSON.stringify(result)}`);
    else names.set(result.orderId, name);
  });
  return names;
}

/** Ten-thousandths of a decimal number in a text. */
function tenThousandths(text) {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(4, '0'));
}

function compare(row, value) {
  const [line] = value.lines;
  const [wanted] = row.lines;
  expect(Number.isSafeInteger(value.total.minor), `the total ${value.total.minor} is beyond a double's whole numbers`);
  expectEqual(String(line.unit_price.ten_thousandths), String(tenThousandths(wanted.unitPrice)), 'unit price');
  expectEqual([line.quantity, line.description], [wanted.quantity, wanted.description ?? null], 'line');
  // A Date of JavaScript holds milliseconds; the record holds microseconds.
  const millis = Math.floor(Number(value.at) / 1000);
  expectEqual(millis, Date.parse(row.placedAt.replace(/(\.\d{3})\d+/, '$1')), `milliseconds of ${row.placedAt}`);
}

async function read(sent, names) {
  let crash;
  const registry = new SchemaRegistry({ host: required('SCHEMA_REGISTRY_URL') });
  const kafka = new Kafka({ brokers: required('KAFKA_BROKERS').split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: 'conformance-node', readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  consumer.on(consumer.events.CRASH, ({ payload }) => { crash = payload.error.message; });
  await new Promise((resolve, fail) => {
    const timer = setTimeout(resolve, READ_MS_MAX);
    const done = () => { clearTimeout(timer); resolve(); };
    if (names.size === 0) done();
    const eachMessage = async ({ message }) => {
      const order = String(message.key);
      const name = names.get(order);
      if (String(message.headers.ce_tenantid) !== tenantOfToken || name === undefined) return;
      names.delete(order);
      await check(name, async () => compare(sent.get(name), await registry.decode(message.value)));
      if (names.size === 0) done();
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(fail);
  });
  await consumer.disconnect();
  for (const name of names.values()) recordResult(name, 'failed', crash ?? `not in the topic within ${READ_MS_MAX} ms`);
}

const sent = await rows();
await read(sent, await send(sent));
