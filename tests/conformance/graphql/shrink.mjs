// Makes a query that shows a difference as small as it can be, for people to read.

import { parse, print, validate, visit } from 'graphql';

/** Tries at most, each of which is a request. */
const TRIES_MAX = 400;

const isSelection = (node) => ['Field', 'FragmentSpread', 'InlineFragment', 'Directive'].includes(node.kind);

/** The document without one of its selections and directives, by its place among them; undefined where there are not so many. */
function without(document, place) {
  let index = -1;
  const smaller = visit(document, {
    enter(node) {
      if (!isSelection(node)) return undefined;
      index += 1;
      return index === place ? null : undefined;
    },
  });
  return index >= place ? withoutUnused(smaller) : undefined;
}

/** The document without fragments and variables that nothing uses. */
function withoutUnused(document) {
  const [operation] = document.definitions.filter(({ kind }) => kind === 'OperationDefinition');
  const fragments = new Map(document.definitions.filter((other) => other !== operation).map((fragment) => [fragment.name.value, fragment]));
  const used = new Set();
  const variables = new Set();
  const look = (definition) => visit(definition, {
    VariableDefinition: () => false,
    Variable: (node) => { variables.add(node.name.value); },
    FragmentSpread: ({ name: { value } }) => {
      if (used.has(value)) return;
      used.add(value);
      look(fragments.get(value));
    },
  });
  look(operation);
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) => variables.has(variable.name.value));
  return { ...document, definitions: [{ ...operation, variableDefinitions }, ...[...fragments.values()].filter(({ name }) => used.has(name.value))] };
}

/** A request of which `differs` still holds, and of which nothing more can be left out. */
export async function shrink(schema, { query, variables }, differs) {
  let best = { query, variables };
  let tries = 0;
  let place = 0;
  while (tries < TRIES_MAX) {
    const smaller = without(parse(best.query), place);
    if (!smaller) return best;
    const request = { query: print(smaller).replace(/\s+/g, ' '), variables: variablesOf(smaller, variables) };
    const mayDo = isValid(schema, request.query);
    tries += mayDo ? 1 : 0;
    // What took the place of what is gone is tried next.
    if (mayDo && (await differs(request))) best = request;
    else place += 1;
  }
  return best;
}

function variablesOf(document, variables) {
  const names = document.definitions[0].variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
  return Object.fromEntries(names.filter((name) => name in variables).map((name) => [name, variables[name]]));
}

/** Whether a document is one that graphql-js takes; a selection may have lost everything. */
function isValid(schema, query) {
  try {
    return !/\{ *\}/.test(query) && validate(schema, parse(query)).length === 0;
  } catch {
    return false;
  }
}
