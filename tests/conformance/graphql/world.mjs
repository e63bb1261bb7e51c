// Everything the engine knows of some orders, fetched once by plain queries, as objects over which graphql-js executes any query by
// its default resolvers: a field is a property, and a field with arguments is a function of them.

import { getNamedType, isLeafType, isObjectType } from 'graphql';
import { ask, expect } from '../suites/common.mjs';
import { isGiven, pageOf } from './pages.mjs';

const PAGE_MAX = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** The types with a global id. Within others, they are fetched as their id alone. */
const isNode = (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
const isConnection = (type) => type.name.endsWith('Connection');
/** Lists of orders are fetched one by one: each has its filter and its sort. */
const isOrders = (type) => type.name === 'OrderConnection';

/** The filters of `orders` that are fetched; queries filter by nothing else. */
export const FILTERS = [
  undefined,
  { state: { eq: 'DRAFT' } },
  { kind: { eq: 'CREDIT' } },
  { country: { eq: 'GB' } },
  { customer: { eq: 'nobody' } },
  { OR: [{ state: { eq: 'CANCELLED' } }, { imported: { eq: true } }] },
];

/** The text of a value with the keys of its objects sorted, so that equal filters have the same. */
function canonical(value) {
  const sorted = (object) => Object.fromEntries(Object.keys(object).sort().map((key) => [key, object[key]]));
  return JSON.stringify(value, (_, part) => (isGiven(part) && typeof part === 'object' && !Array.isArray(part) ? sorted(part) : part));
}

/** A selection of all that a type has, but for lists of orders. */
function everythingOf(type) {
  const selections = Object.values(type.getFields()).flatMap((field) => {
    const target = getNamedType(field.type);
    if (isLeafType(target)) return [field.name];
    if (isNode(target)) return [`${field.name} { id }`];
    if (isOrders(target)) return [];
    if (isConnection(target)) return [`${field.name}(first: ${PAGE_MAX}) { ${everythingOfList(target)} }`];
    return [`${field.name} { ${everythingOf(target)} }`];
  });
  return ['__typename', ...selections].join(' ');
}

/** The edges of a list, and what it has besides its pages. */
function everythingOfList(connection) {
  const fields = connection.getFields();
  const rest = Object.values(fields).filter(({ type }) => isLeafType(getNamedType(type))).map(({ name }) => name);
  const node = getNamedType(getNamedType(fields.edges.type).getFields().node.type);
  return `__typename edges { __typename cursor node { ${isNode(node) ? 'id' : everythingOf(node)} } } ${rest.join(' ')}`;
}

async function dataOf(query, variables) {
  const { body } = await ask({ query, variables });
  expect(body.errors === undefined && body.data, `${query} ${JSON.stringify(variables)} gave ${JSON.stringify(body.errors)}`);
  return body.data;
}

export class World {
  constructor(schema) {
    this.schema = schema;
    this.sorts = schema.getType('OrderOrder').getValues().map(({ name }) => name);
    this.nodes = new Map();
    this.ordersById = new Map();
    this.ordersByNumber = new Map();
    this.customers = new Map();
    this.pastOrders = new Map();
    this.lists = new Map();
  }

  /** Fetches all orders of the tenant, their customers and every list of orders, once these orders show. */
  async fetch(receipts) {
    const shows = 'query ($id: ID!, $at: ConsistencyToken) { order(id: $id, consistency: $at) { id } }';
    for (const { orderId, consistency } of receipts) await dataOf(shows, { id: orderId, at: consistency });
    const { orders } = await dataOf(`{ orders(first: ${PAGE_MAX}) { nodes { orderId } } }`);
    for (const { orderId } of orders.nodes) await this.fetchOrder(orderId);
    for (const customer of new Set([...this.ordersById.values()].map((order) => order.customerId).filter(isGiven))) {
      await this.fetchCustomer(customer);
    }
    for (const filter of FILTERS) {
      for (const sort of this.sorts) await this.fetchOrders(filter, sort);
    }
  }

  async fetchOrder(id) {
    const type = this.schema.getType('Order');
    const query = `query ($id: ID!, $asOf: AsOf) { order(id: $id, asOf: $asOf) { ${everythingOf(type)} customer { customerId } } }`;
    const { order: fetched } = await dataOf(query, { id });
    const order = this.objectOf(type, fetched);
    order.customerId = fetched.customer?.customerId;
    this.nodes.set(fetched.id, order);
    this.ordersById.set(id, order);
    if (fetched.number) this.ordersByNumber.set(fetched.number, order);
    for (let version = 1; version <= fetched.version; version += 1) {
      const { order: past } = await dataOf(query, { id, asOf: { version } });
      this.pastOrders.set(`${id}@${version}`, this.objectOf(type, past));
    }
  }

  async fetchCustomer(id) {
    const type = this.schema.getType('Customer');
    const { customer: fetched } = await dataOf(`query ($id: ID!) { customer(id: $id) { ${everythingOf(type)} } }`, { id });
    const customer = this.objectOf(type, fetched);
    customer.orders = ({ orderBy, ...page }) => this.ordersOf({ customer: id, orderBy }, page);
    this.nodes.set(fetched.id, customer);
    this.customers.set(id, customer);
    const selection = everythingOfList(this.schema.getType('OrderConnection'));
    const query = `query ($id: ID!, $sort: OrderOrder) { customer(id: $id) { orders(orderBy: $sort, first: ${PAGE_MAX}) { ${selection} } } }`;
    for (const sort of this.sorts) {
      const { customer: { orders } } = await dataOf(query, { id, sort });
      this.keepOrders({ customer: id, orderBy: sort }, orders);
    }
  }

  async fetchOrders(filter, sort) {
    const selection = everythingOfList(this.schema.getType('OrderConnection'));
    const query = `query ($where: OrderWhere, $sort: OrderOrder) { orders(where: $where, orderBy: $sort, first: ${PAGE_MAX}) { ${selection} } }`;
    const { orders } = await dataOf(query, { where: filter, sort });
    this.keepOrders({ where: filter, orderBy: sort }, orders);
  }

  keepOrders(list, { edges, ...rest }) {
    expect(edges.length === rest.totalCount, `a list of ${rest.totalCount} orders does not fit a page of ${PAGE_MAX}`);
    const whole = edges.map((edge) => ({ ...edge, node: () => this.nodes.get(edge.node.id) }));
    this.lists.set(canonical(list), { rest, edges: whole });
  }

  /** An object of a type, made of what was fetched of it. */
  objectOf(type, fetched) {
    const fields = type.getFields();
    const properties = Object.entries(fetched).map(([name, value]) => [name, this.propertyOf(fields[name], value)]);
    return Object.fromEntries(properties);
  }

  propertyOf(field, value) {
    const target = field && getNamedType(field.type);
    if (!isGiven(value) || !target || isLeafType(target)) return value;
    if (isNode(target)) return () => this.nodes.get(value.id);
    if (isConnection(target)) return this.listOf(target, value);
    if (Array.isArray(value)) return value.map((item) => this.objectOf(target, item));
    return this.objectOf(target, value);
  }

  listOf(connection, { edges, ...rest }) {
    const edge = getNamedType(connection.getFields().edges.type);
    const whole = edges.map((fetched) => this.objectOf(edge, fetched));
    const list = (page) => pageOf(whole, page, rest);
    list.cursors = whole.map(({ cursor }) => cursor);
    return list;
  }

  ordersOf({ orderBy, ...list }, page) {
    const { edges, rest } = this.list({ ...list, orderBy: orderBy ?? 'PLACED_AT_DESC' });
    const found = pageOf(edges, page, rest);
    return { ...found, nodes: found.edges.map(({ node }) => node()) };
  }

  /** A list of orders that was fetched. */
  list(list) {
    const found = this.lists.get(canonical(list));
    if (!found) throw new Error(`no such list was fetched: ${canonical(list)}`);
    return found;
  }

  /** The object at which a query begins. */
  root() {
    return {
      order: (args) => this.order(args),
      orders: ({ where, orderBy, consistency: _, ...page }) => this.ordersOf({ where: where ?? undefined, orderBy }, page),
      customer: ({ id }) => this.customer(id),
      node: ({ id }) => this.nodes.get(id) ?? null,
      nodes: ({ ids }) => {
        if (ids.length > PAGE_MAX) throw new Error(`\`nodes\` takes at most ${PAGE_MAX} ids`);
        return ids.map((id) => this.nodes.get(id) ?? null);
      },
    };
  }

  order({ id, number, asOf }) {
    if (isGiven(id) === isGiven(number)) throw new Error('give `id` or `number`');
    const order = isGiven(id) ? this.orderById(id) : this.ordersByNumber.get(number);
    if (!order || !isGiven(asOf)) return order ?? null;
    const past = this.pastOrders.get(`${order.orderId}@${asOf.version}`);
    if (!past) throw new Error('there is no state of the order at that point');
    return past;
  }

  customer(id) {
    if (/\s/.test(id)) throw new Error('this is no customer\'s id');
    return this.customers.get(id) ?? this.nodeOf('Customer', id);
  }

  orderById(id) {
    if (UUID.test(id)) return this.ordersById.get(id.toLowerCase());
    return this.nodeOf('Order', id) ?? fail('this is no order\'s id');
  }

  nodeOf(type, id) {
    const node = this.nodes.get(id);
    return node?.__typename === type ? node : null;
  }
}

function fail(message) {
  throw new Error(message);
}
