// Reads the saved examples and checks them against the schema.
//
// An example is a file NAME.graphql with one operation. Its first line is a comment with the title, the comment lines after it
// are the description. NAME.json beside it, where there is one, holds the variables. The files' names give the order.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildSchema, getVariableValues, parse, validate } from 'graphql';

// readExamples returns title, description, query and variables (as text) of each example in `folder`. It throws an error that
// names the file when one does not fit the schema in the file `schemaFile`.
export async function readExamples(folder, schemaFile) {
  const schema = buildSchema(await readFile(schemaFile, 'utf8'));
  const files = (await readdir(folder)).filter((file) => file.endsWith('.graphql')).sort();
  return Promise.all(files.map((file) => readExample(folder, file, schema)));
}

async function readExample(folder, file, schema) {
  const query = await readFile(join(folder, file), 'utf8');
  const variables = await readFile(join(folder, file.replace(/\.graphql$/, '.json')), 'utf8').catch(emptyWhenMissing);
  const problems = check(schema, query, variables);
  if (problems.length > 0) {
    throw new Error(`${file} does not fit the schema:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
  const [title, ...description] = comment(query);
  return { title, description: description.join(' '), query, variables };
}

function emptyWhenMissing(error) {
  if (error.code !== 'ENOENT') {
    throw error;
  }
  return '';
}

// check returns what is wrong with an example, in words.
export function check(schema, query, variables) {
  try {
    const document = parse(query);
    const [operation, ...others] = document.definitions.filter(({ kind }) => kind === 'OperationDefinition');
    const errors = validate(schema, document);
    if (errors.length === 0) {
      const given = variables ? JSON.parse(variables) : {};
      errors.push(...(getVariableValues(schema, operation.variableDefinitions ?? [], given).errors ?? []));
      errors.push(...unknownVariables(operation, given));
    }
    if (others.length > 0) {
      errors.push(new Error('there is more than one operation'));
    }
    if (comment(query).length === 0) {
      errors.push(new Error('the first line is no comment with the title'));
    }
    return errors.map(({ message }) => message);
  } catch (error) {
    return [error.message];
  }
}

function unknownVariables(operation, given) {
  const known = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  return unknown.map((name) => new Error(`the variable "${name}" is not in the query`));
}

// comment returns the lines of the comment at the top.
function comment(query) {
  const lines = query.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines.slice(0, end).map((line) => line.replace(/^# ?/, ''));
}
