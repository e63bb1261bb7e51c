// PostGraphile over the live generation of the read models' tables, for `make bench-reads`.
//
//   READ_DATABASE_URL    the database of the read models
//   READ_MODEL_SCHEMAS   JSON: the Postgres schema of each model's table, such as {"order_lines": "order_lines_g1"}
//
// Listens on a free port of 127.0.0.1, prints it on a line, and ends when its standard input ends, so that it never outlives
// the benchmark that started it.

import { createServer } from 'node:http';

import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import { postgraphile } from 'postgraphile';
import { TYPES } from 'postgraphile/@dataplan/pg';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { sql } from 'postgraphile/pg-sql2';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { addPgTableOrderBy, jsonPgSmartTags, orderByAscDesc } from 'postgraphile/utils';

const POOL_CONNECTIONS = 20;

const schemas = JSON.parse(process.env.READ_MODEL_SCHEMAS);
const table = (model) => `${schemas[model]}.${model}`;

/** A reference from a model's columns to another model's, with the names of the fields at both ends. */
function reference(columns, model, targets, fieldName, foreignFieldName) {
  const fields = `@fieldName ${fieldName}|@foreignFieldName ${foreignFieldName}`;
  return `(${columns}) references ${table(model)} (${targets})|${fields}`;
}

/** The tables have no foreign keys, so these tags tell how the rows belong together. */
function relations() {
  const customer = 'tenant, customer, currency';
  const tags = {
    order_summary: {
      name: 'purchase',
      foreignKey: reference(customer, 'customer_summary', customer, 'buyer', 'purchases'),
    },
    order_lines: { foreignKey: reference('order_id', 'order_summary', 'order_id', 'purchase', 'lines') },
    order_timeline: { foreignKey: reference('order_id', 'order_summary', 'order_id', 'purchase', 'timeline') },
    customer_summary: { name: 'buyer' },
  };
  const classes = Object.entries(tags).map(([model, tagsOfModel]) => [table(model), { tags: tagsOfModel }]);
  return jsonPgSmartTags({ version: 1, config: { class: Object.fromEntries(classes) } });
}

/** A sort by the expression that the index of the orders has: by the plain column, Postgres would sort every order. */
function sortByPlacement() {
  const placement = (query) => ({
    fragment: sql`coalesce(${query.alias}.placed_at, '-infinity'::timestamptz)`,
    codec: TYPES.timestamptz,
  });
  const where = { schemaName: schemas.order_summary, tableName: 'order_summary' };
  return addPgTableOrderBy(where, () => orderByAscDesc('PLACEMENT', placement, { nullable: false }));
}

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
  plugins: [relations(), sortByPlacement()],
  // It would take away the filters and relations that have no index of their own.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [
    makePgService({
      connectionString: process.env.READ_DATABASE_URL,
      schemas: Object.keys(schemas).map((model) => schemas[model]),
      poolConfig: { max: POOL_CONNECTIONS },
    }),
  ],
  grafserv: { graphiql: false, websockets: false, watch: false },
  grafast: { explain: false },
});

const server = createServer();
await instance.createServ(grafserv).addTo(server);
await instance.getSchema();
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
