// Random queries that are valid: selections of every type, with aliases, fields that merge, fragments of every kind, @skip and @include,
// and variables that are given, null, left out, or have a default.

import {
  getNamedType, isAbstractType, isCompositeType, isLeafType, parse, SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef, validate,
} from 'graphql';
import { Arguments } from './arguments.mjs';
import { Random } from './random.mjs';

const DEPTH_MAX = 9;
const FIELDS_MAX = 90;
const ALIASES_MAX = 28;
const DIRECTIVES_MAX = 28;
/** Objects that a query may answer with, so that its cost stays within what is taken. */
const OBJECTS_MAX = 240;
/** Queries of which one in so many is to fail in some field. */
const ONE_IN_FAILS = 5;

/**
 * Fields that are not compared: they change by themselves, their items have no order, or their texts are the implementation's own. The
 * suite compares the whole introspection with the SDL besides.
 */
const LEFT_OUT = new Set(['Query.projections', '__Schema.types', '__Schema.directives', '__Schema.description', '__Type.description']);

/** Texts that would be read as values of an enum. */
const COUNTRIES = new Set(['GB']);
const ENUM_VALUE = /^[A-Z_]+$/;
/** Types whose literals are texts, whatever is in them. */
const TEXTS = new Set(['String', 'ID', 'ConsistencyToken']);
/** Arguments that may be null without a difference. */
const NULLABLE = new Set(['after', 'before', 'orderBy', 'where', 'consistency', 'asOf', 'number']);

const withoutBang = (type) => type.replace(/!$/, '');

/** A value as it is written in a query; within an input object, the type is not known. */
function literalOf(type, value) {
  if (Array.isArray(value)) return `[${value.map((item) => literalOf(type.replace(/[[\]!]/g, ''), item)).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value).map(([name, part]) => `${name}: ${literalOf('', part)}`).join(', ')}}`;
  }
  const isEnum = typeof value === 'string' && ENUM_VALUE.test(value) && !COUNTRIES.has(value) && !TEXTS.has(withoutBang(type));
  return isEnum ? value : JSON.stringify(value);
}

/** One query with its variables, from a seed. */
class Writer {
  constructor(seed, world) {
    this.random = new Random(seed);
    this.world = world;
    this.mayFail = seed % ONE_IN_FAILS === 0;
    this.arguments = new Arguments(this.random, world, this.mayFail);
    this.fields = 0;
    this.aliases = 0;
    this.directives = 0;
    this.fragments = [];
    this.definitions = [];
    this.variables = {};
  }

  request() {
    const selection = this.selection(this.world.schema.getQueryType(), { depth: 1, objects: OBJECTS_MAX, known: {} });
    const variables = this.definitions.length > 0 ? ` (${this.definitions.join(', ')})` : '';
    const fragments = this.fragments.map(({ text }) => ` ${text}`).join('');
    const query = variables === '' && this.random.chance(0.5) ? selection + fragments : `query Random${variables} ${selection}${fragments}`;
    return { query, variables: this.variables };
  }

  /** A selection of an object's fields. `place` says how deep it is, how many objects it may still answer with, and what is known. */
  selection(type, place) {
    const parts = [];
    const written = [];
    const count = 1 + this.random.below(place.depth === 1 ? 3 : 5);
    const share = { ...place, objects: Math.max(1, Math.floor(place.objects / count)) };
    for (let index = 0; index < count; index += 1) {
      if (written.length > 0 && this.random.chance(0.15)) parts.push(this.again(this.random.pick(written), share));
      else if (this.random.chance(0.12)) parts.push(this.inlineFragment(type, share));
      else if (this.random.chance(0.1)) parts.push(this.spread(type, share));
      else parts.push(this.field(type, share, written));
    }
    return `{ ${parts.join(' ')} }`;
  }

  field(type, place, written) {
    const field = this.random.pick(this.fieldsOf(type, place));
    const { args, known, items } = this.arguments.of(type, field, place.known, place.objects);
    const head = this.head(field, this.argumentsOf(field, args));
    const target = getNamedType(field.type);
    this.fields += 1;
    if (isLeafType(target)) {
      written.push({ head, target });
      return head + this.directive();
    }
    // What a page or an edge answers with is of the order or the customer before it; what is known of that ends there.
    const within = { depth: place.depth + 1, objects: Math.floor(place.objects / items), known };
    written.push({ head, target, place: within });
    return `${head}${this.directive()} ${this.selection(target, within)}`;
  }

  /** The fields that may be chosen: only leaves where nothing more fits. */
  fieldsOf(type, { depth, objects }) {
    const meta = [TypeNameMetaFieldDef];
    if (type === this.world.schema.getQueryType()) meta.push(SchemaMetaFieldDef, TypeMetaFieldDef);
    const own = Object.values(type.getFields()).filter(({ name }) => !LEFT_OUT.has(`${type.name}.${name}`));
    const isFull = depth >= DEPTH_MAX || objects < 2 || this.fields >= FIELDS_MAX;
    const leaves = [...own, ...meta].filter((field) => isLeafType(getNamedType(field.type)));
    if (isFull) return leaves;
    const composites = own.filter((field) => !isLeafType(getNamedType(field.type)));
    return [...composites, ...composites, ...own, ...meta];
  }

  /** The name of a field, perhaps with an alias. A field with arguments has one that says which, so that it merges with its like alone. */
  head(field, args) {
    const isAliased = args !== '' || this.random.chance(0.15);
    if (!isAliased || this.aliases >= ALIASES_MAX) return field.name + args;
    this.aliases += 1;
    const alias = args === '' && this.random.chance(0.2) ? this.random.pick(['id', 'total', 'nodes', 'a']) : `${field.name}_${this.nameOf(args)}`;
    return `${alias}: ${field.name}${args}`;
  }

  nameOf(args) {
    this.names ??= new Map();
    if (!this.names.has(args)) this.names.set(args, this.names.size);
    return this.names.get(args);
  }

  argumentsOf(field, args) {
    const texts = Object.entries(args).map(([name, { type, value }]) => `${name}: ${this.valueOf(type, value)}`);
    const absent = field.args.filter(({ name }) => NULLABLE.has(name) && !(name in args));
    // A number beside an id, or beside nothing, is refused only where it is not null; a null is as good as none.
    if (absent.length > 0 && this.random.chance(0.2)) {
      const { name, type } = this.random.pick(absent);
      texts.push(`${name}: ${this.nothing(`${type}`)}`);
    }
    return texts.length > 0 ? `(${texts.join(', ')})` : '';
  }

  /** A null: as a literal, or by a variable that is null, or that is neither given nor has a default. */
  nothing(type) {
    if (this.random.chance(0.3)) return 'null';
    const name = `v${this.definitions.length}`;
    this.definitions.push(`$${name}: ${type}`);
    if (this.random.chance(0.5)) this.variables[name] = null;
    return `$${name}`;
  }

  /** A literal, or a variable that comes to the value: given, or by its default; or one of a list's items or an object's fields. */
  valueOf(type, value) {
    if (this.random.chance(0.6)) return this.literal(type, value);
    return this.variable(type, value);
  }

  literal(type, value) {
    if (Array.isArray(value)) return `[${value.map((item) => this.valueOf('ID!', item)).join(', ')}]`;
    return literalOf(type, value);
  }

  variable(type, value) {
    const name = `v${this.definitions.length}`;
    const bare = withoutBang(type);
    if (this.random.chance(0.3)) {
      // Left out: the default counts. The place takes it though the type of the variable may be null.
      this.definitions.push(`$${name}: ${bare} = ${literalOf(bare, value)}`);
    } else {
      this.definitions.push(`$${name}: ${type}${this.random.chance(0.2) ? ` = ${literalOf(bare, value)}` : ''}`);
      this.variables[name] = value;
    }
    return `$${name}`;
  }

  directive() {
    if (this.directives >= DIRECTIVES_MAX || !this.random.chance(0.12)) return '';
    this.directives += 1;
    const name = this.random.pick(['skip', 'include']);
    const value = this.random.chance(name === 'skip' ? 0.3 : 0.7);
    const text = ` @${name}(if: ${this.valueOf('Boolean!', value)})`;
    return this.random.chance(0.1) ? text + this.directive() : text;
  }

  /** A field that was written already: it merges, with what is selected of it now. */
  again({ head, target, place }, { depth }) {
    this.fields += 1;
    if (head.includes(': ')) this.aliases += 1;
    if (!place) return head + this.directive();
    return `${head}${this.directive()} ${this.selection(target, { ...place, depth: depth + 1, objects: Math.min(place.objects, 10) })}`;
  }

  /** A type whose fragments may stand in a selection of another: itself, an interface, or one of its objects. */
  conditionOf(type) {
    const { schema } = this.world;
    if (isAbstractType(type)) return this.random.pick([type, ...schema.getPossibleTypes(type)]);
    return this.random.pick([type, type, ...(type.getInterfaces?.() ?? [])]);
  }

  inlineFragment(type, place) {
    const condition = this.random.chance(0.3) ? undefined : this.conditionOf(type);
    const within = { ...place, depth: place.depth + 1 };
    return `...${condition ? ` on ${condition.name}` : ''}${this.directive()} ${this.selection(condition ?? type, within)}`;
  }

  spread(type, place) {
    const condition = this.conditionOf(type);
    const fitting = this.fragments.filter((fragment) => fragment.condition === condition && fragment.objects <= place.objects && fragment.depth >= place.depth);
    const fragment = fitting.length > 0 && this.random.chance(0.5) ? this.random.pick(fitting) : this.fragment(condition, place);
    return `...${fragment.name}${this.directive()}`;
  }

  fragment(condition, place) {
    const selection = this.selection(condition, { ...place, depth: place.depth + 1, known: {} });
    const name = `F${this.fragments.length}`;
    const fragment = { name, condition, objects: place.objects, depth: place.depth, text: `fragment ${name} on ${condition.name}${this.directive()} ${selection}` };
    this.fragments.push(fragment);
    return fragment;
  }
}

/** So many valid requests from a seed on, each named by its own seed. */
export function* randomRequests(world, seed, count) {
  let made = 0;
  for (let next = seed; made < count; next += 1) {
    const request = new Writer(next, world).request();
    if (validate(world.schema, parse(request.query)).length === 0) {
      made += 1;
      yield { name: `execution/seed ${next}`, ...request };
    }
  }
}
