// Queries over real orders, most of them random, executed by graphql-js and by the engine: both must give the same data, to the order of its keys, and
// errors in the same places.

import { execute, parse } from 'graphql';
import { ask, recordResult } from '../suites/common.mjs';
import { schemasOf } from './judge.mjs';
import { occasions } from './occasions.mjs';
import { isGiven } from './pages.mjs';
import { randomRequests } from './queries.mjs';
import { makeOrders } from './shop.mjs';
import { shrink } from './shrink.mjs';
import { World } from './world.mjs';

/** How many random queries there are, and the seed of the first. */
const QUERIES = Number(process.env.GRAPHQL_JS_QUERIES ?? 400);
const SEED = Number(process.env.GRAPHQL_JS_SEED ?? 1);
/** The engine's bounds on what a query costs are its own, and no error of the request's form. */
const OWN_BOUNDS = new Set(['COST_EXCEEDED', 'RATE_LIMITED']);
/** Failures of which the smallest query is looked for. */
const SHRUNK_MAX = 40;
const SHOWN_CHARS_MAX = 160;

const shown = (value) => (JSON.stringify(value) ?? 'nothing').slice(0, SHOWN_CHARS_MAX);
const isObject = (value) => value !== null && typeof value === 'object';

/** Where two answers differ first, as a text; undefined where they are the same, with their keys in the same order. */
function difference(found, wanted, path = 'data') {
  if (!isObject(found) || !isObject(wanted) || Array.isArray(found) !== Array.isArray(wanted)) {
    return Object.is(found, wanted) ? undefined : `${path} is ${shown(found)}, should be ${shown(wanted)}`;
  }
  const [ours, theirs] = [Object.keys(found), Object.keys(wanted)];
  if (ours.join() !== theirs.join()) return `${path} has ${shown(ours)}, should have ${shown(theirs)}`;
  for (const key of ours) {
    const inner = difference(found[key], wanted[key], `${path}.${key}`);
    if (inner) return inner;
  }
  return undefined;
}

/** The place in the data that an error has made null: the first on its path. */
function nulledBy(path, data) {
  const place = [];
  let value = data;
  for (const key of path) {
    if (!isObject(value)) break;
    place.push(key);
    value = value[key];
  }
  return JSON.stringify(place);
}

/**
 * Where errors of one answer are that the other lacks. Of several errors that make the same place null, one is enough (GraphQL
 * specification, 6.4.4), so it is these places that are compared.
 */
function differenceOfErrors(found, wanted, data) {
  const places = (errors) => [...new Set((errors ?? []).map(({ path }) => nulledBy(path ?? [], data)))].sort();
  const [ours, theirs] = [places(found), places(wanted)];
  return ours.join() === theirs.join() ? undefined : `errors at ${ours.join() || 'no place'} (${shown(found)}), should be at ${theirs.join() || 'no place'} (${shown(wanted)})`;
}

/** What graphql-js and the engine answer differently to a request, as a text; `bound` is set where the engine's own bounds refuse it. */
async function judgeRequest({ world, root }, { query, variables }) {
  const judged = await execute({ schema: world.schema, document: parse(query), rootValue: root, variableValues: variables });
  const wanted = JSON.parse(JSON.stringify(judged));
  const { body } = await ask({ query, variables });
  const bound = (body.errors ?? []).find((error) => OWN_BOUNDS.has(error.extensions?.code));
  if (bound) return { bound: bound.message };
  return { different: difference(body.data, wanted.data) ?? differenceOfErrors(body.errors, wanted.errors, wanted.data) };
}

/** The smallest request that shows what a request shows. */
async function smallest(shop, request) {
  const small = await shrink(shop.world.schema, request, async (smaller) => isGiven((await judgeRequest(shop, smaller)).different));
  return { ...small, ...(await judgeRequest(shop, small)) };
}

/** Makes orders, fetches them whole, and compares what both make of queries over them. */
export async function compareExecutions(sdl) {
  const world = new World(schemasOf(sdl).schema);
  await world.fetch(await makeOrders());
  const shop = { world, root: world.root() };
  const counts = { executed: 0, failed: 0 };
  for (const { name, ...request } of [...occasions(world), ...randomRequests(world, SEED, QUERIES)]) {
    const found = await judgeRequest(shop, request);
    if (found.bound) {
      recordResult(name, 'not applicable', `${found.bound}: a bound of the engine's own`);
    } else if (found.different) {
      counts.failed += 1;
      const { different, query, variables } = counts.failed <= SHRUNK_MAX ? await smallest(shop, request) : { ...found, ...request };
      recordResult(name, 'failed', `${different} in ${query} with ${JSON.stringify(variables)}`);
    } else {
      recordResult(name, 'passed');
    }
    counts.executed += found.bound ? 0 : 1;
  }
  console.log(JSON.stringify({ note: `${counts.executed} queries executed over orders, ${counts.failed} failed` }));
}
