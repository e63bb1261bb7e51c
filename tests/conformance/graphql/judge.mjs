// graphql-js as the judge: what the reference implementation makes of a request to our schema.

import {
  buildSchema, execute, GraphQLError, GraphQLScalarType, Kind, parse, validate, valueFromASTUntyped,
} from 'graphql';

const LONG_MAX = 2 ** 63;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Whether the date of a moment is in the calendar; JavaScript takes February 30 for March 1. */
function isDay(moment) {
  const [year, month, day] = moment.slice(0, 10).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** A scalar's coercion of a JSON value; throws where it cannot be taken. */
const coercions = {
  Long(value) {
    if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > LONG_MAX) {
      throw new GraphQLError(`not a whole number of 64 bits: ${JSON.stringify(value)}`);
    }
    return value;
  },
  DateTime(value) {
    if (typeof value !== 'string' || !RFC_3339.test(value) || !isDay(value) || Number.isNaN(Date.parse(value))) {
      throw new GraphQLError(`not a date and time of RFC 3339: ${JSON.stringify(value)}`);
    }
    return value;
  },
  ConsistencyToken(value) {
    if (typeof value !== 'string') throw new GraphQLError(`not a text: ${JSON.stringify(value)}`);
    return value;
  },
};

/** The engine's schema, as `plainSchema`, and as `schema` with the coercion of its scalars, which SDL cannot say. */
export function schemasOf(sdl) {
  const schema = buildSchema(sdl);
  for (const [name, coerce] of Object.entries(coercions)) {
    const scalar = schema.getType(name);
    if (!(scalar instanceof GraphQLScalarType)) throw new Error(`the schema has no scalar ${name}`);
    scalar.coerceInputValue = coerce;
    scalar.parseLiteral = (node, variables) => {
      // A float literal stays one, though JavaScript cannot distinguish 1.0 from 1.
      if (name === 'Long' && node.kind !== Kind.INT) throw new GraphQLError('not an integer literal');
      return coerce(valueFromASTUntyped(node, variables));
    };
  }
  return { schema, plainSchema: buildSchema(sdl) };
}

/**
 * What must come of a request: `refused` (a request error, section 7.1.2 of the specification: no data at all), `executed`, or
 * `either`. `data` is what executing gives without any resolver, which is exact for introspection.
 */
export async function judge({ schema, plainSchema }, { query, variables, operationName, wanted }) {
  if (wanted) return wanted;
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return { outcome: 'refused', why: error.message };
  }
  const why = validate(schema, document)[0]?.message;
  if (why !== undefined) {
    // Whether a literal fits a scalar of our own may be found while validating or while executing.
    return { outcome: validate(plainSchema, document).length > 0 ? 'refused' : 'either', why };
  }
  const result = await execute({ schema, document, variableValues: variables ?? undefined, operationName });
  if (!('data' in result)) return { outcome: 'refused', why: result.errors[0].message };
  return { outcome: 'executed', data: result.data };
}
