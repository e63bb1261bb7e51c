// Random arguments: values that the orders have, values that nothing has, and some that a field refuses.

import { FILTERS } from './world.mjs';

const UNKNOWN_ID = 'T3JkZXI6MDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw';
const PAGE_MAX = 100;
const PAGE_DEFAULT = 20;

/** A value of a type, to be written as a literal or given as a variable. */
const given = (type, value) => ({ type, value });

export class Arguments {
  /** `mayFail`: whether some of the arguments are to be refused. */
  constructor(random, world, mayFail) {
    this.random = random;
    this.world = world;
    this.mayFail = mayFail;
    this.orders = [...world.ordersById.keys()];
    this.customers = [...world.customers.keys()];
    this.nodes = [...world.nodes.keys()];
  }

  /** The arguments of a field, and what is known of the object that it answers with. `items` is the most that a page may have. */
  of(type, field, known, items) {
    const ofField = this[`${type.name}_${field.name}`];
    return ofField ? ofField.call(this, known, items) : { args: {}, known: {}, items: 1 };
  }

  fails(probability = 0.3) {
    return this.mayFail && this.random.chance(probability);
  }

  Query_order() {
    const id = this.random.pick(this.orders);
    const order = this.world.ordersById.get(id);
    if (this.fails(0.15)) return { args: this.random.chance(0.5) ? {} : { id: given('ID', 'nothing') }, known: {}, items: 1 };
    if (this.random.chance(0.1)) return { args: { number: given('String', 'nothing') }, known: {}, items: 1 };
    const args = order.number && this.random.chance(0.3)
      ? { number: given('String', order.number) }
      : { id: given('ID', this.random.chance(0.5) ? id : order.id) };
    const past = this.random.chance(0.2);
    if (past) args.asOf = given('AsOf', { version: this.fails(0.5) ? order.version + 9 : 1 + this.random.below(order.version) });
    else if (this.random.chance(0.2)) args.consistency = given('ConsistencyToken', order.consistencyToken);
    return { args, known: { order: past ? this.world.pastOrders.get(`${id}@${args.asOf.value.version}`) : order }, items: 1 };
  }

  Query_customer() {
    if (this.fails(0.2)) return { args: { id: given('ID!', 'a b') }, known: {}, items: 1 };
    if (this.random.chance(0.1)) return { args: { id: given('ID!', 'nobody') }, known: {}, items: 1 };
    const customer = this.random.pick(this.customers);
    const id = this.random.chance(0.5) ? customer : this.world.customers.get(customer).id;
    return { args: { id: given('ID!', id) }, known: { customer }, items: 1 };
  }

  Query_node() {
    const id = this.nodeId();
    return { args: { id: given('ID!', id) }, known: { order: this.orderOf(id), customer: this.customerOf(id) }, items: 1 };
  }

  Query_nodes(_, items) {
    const length = Math.min(items, 1 + this.random.below(4));
    const ids = Array.from({ length: this.fails(0.1) ? PAGE_MAX + 1 : length }, () => this.nodeId());
    return { args: { ids: given('[ID!]!', ids) }, known: {}, items: ids.length };
  }

  nodeId() {
    return this.random.chance(0.15) ? this.random.pick([UNKNOWN_ID, '', 'nothing', 'Order:1']) : this.random.pick(this.nodes);
  }

  orderOf(id) {
    const node = this.world.nodes.get(id);
    return node?.__typename === 'Order' ? node : undefined;
  }

  customerOf(id) {
    const node = this.world.nodes.get(id);
    return node?.__typename === 'Customer' ? node.customerId : undefined;
  }

  Query_orders(_, items) {
    const where = this.random.chance(0.5) ? this.random.pick(FILTERS) : undefined;
    return this.ofOrders({ where }, where && { where: given('OrderWhere', where) }, items);
  }

  Customer_orders({ customer }, items) {
    return this.ofOrders(customer && { customer }, {}, items);
  }

  /** `list` names the list but for its sort; it is undefined where the customer is not known. */
  ofOrders(list, args, items) {
    const orderBy = this.random.chance(0.5) ? this.random.pick(this.world.sorts) : undefined;
    const found = list && this.world.list({ ...list, orderBy: orderBy ?? 'PLACED_AT_DESC' });
    const page = this.page(found?.edges.map(({ cursor }) => cursor) ?? [], items);
    const sort = orderBy ? { orderBy: given('OrderOrder', orderBy) } : {};
    return { args: { ...args, ...sort, ...page.args }, known: {}, items: page.items };
  }

  Order_lines({ order }, items) {
    return { known: {}, ...this.page(order?.lines.cursors ?? [], items) };
  }

  Order_timeline({ order }, items) {
    return { known: {}, ...this.page(order?.timeline.cursors ?? [], items) };
  }

  __Type_fields() {
    return this.ofDeprecated();
  }

  __Type_enumValues() {
    return this.ofDeprecated();
  }

  ofDeprecated() {
    return { args: this.random.chance(0.3) ? { includeDeprecated: given('Boolean', this.random.chance(0.5)) } : {}, known: {}, items: 1 };
  }

  Query___type() {
    const own = Object.keys(this.world.schema.getTypeMap()).filter((type) => !type.startsWith('__'));
    const name = this.random.chance(0.1) ? 'Nothing' : this.random.pick(own);
    return { args: { name: given('String!', name) }, known: {}, items: 1 };
  }

  /** The arguments of a page of a list with these cursors. */
  page(cursors, items) {
    if (this.fails(0.2)) {
      return { args: this.random.pick([{ first: given('Int', PAGE_MAX + 1) }, { first: given('Int', -1) }, { first: given('Int', 1), last: given('Int', 1) }]), items: 1 };
    }
    const args = {};
    let size = PAGE_DEFAULT;
    if (items < PAGE_DEFAULT || this.random.chance(0.6)) {
      size = this.random.pick([0, 1, 2, 3, 5, PAGE_MAX].filter((number) => number <= items));
      args[this.random.chance(0.7) ? 'first' : 'last'] = given('Int', size);
    }
    const known = cursors.length > 0 && this.random.chance(0.4);
    if (known || this.fails(0.2)) {
      const cursor = this.fails(0.3) || !known ? this.wrongCursor() : this.random.pick(cursors);
      args[this.random.chance(0.7) ? 'after' : 'before'] = given('String', cursor);
    }
    return { args, items: Math.max(size, 1) };
  }

  /** Some cursor of another list, or none at all. */
  wrongCursor() {
    const { edges } = this.world.list({ where: FILTERS[1], orderBy: 'TOTAL_ASC' });
    return this.random.pick(['', 'nothing', ...edges.map(({ cursor }) => cursor)]);
  }
}
