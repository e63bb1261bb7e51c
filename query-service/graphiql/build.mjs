// Builds GraphiQL for the engine:  node build.mjs --schema SCHEMA.graphql --out FOLDER
//
// FOLDER must not exist. It gets index.html, which belongs at /graphql, and assets/, which belong at /graphql/assets/. The
// names of the assets hold a hash of their content, so that they may be cached for good. Text files have a compressed copy
// beside them (NAME.gz). The page needs no other origin and no inline script.

import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { build } from 'esbuild';

import { readExamples } from './examples.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ASSETS_URL = '/graphql/assets';
const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};
// What browsers have had for two years.
const TARGET = ['chrome123', 'edge123', 'firefox128', 'safari17.5'];

// GraphiQL loads these by an older name, under which bundlers find a form without named exports.
const ALIASES = {
  'prettier/parser-babel': 'prettier/plugins/babel',
  'prettier/parser-graphql': 'prettier/plugins/graphql',
};

const { values: options } = parseArgs({ options: { schema: { type: 'string' }, out: { type: 'string' } } });
if (!options.schema || !options.out) {
  throw new Error('usage: node build.mjs --schema SCHEMA.graphql --out FOLDER');
}

// Under another name until it is whole, so that an interrupted build is not taken for a finished one.
const unfinished = `${options.out}.new`;
const assets = join(unfinished, 'assets');

const examples = await readExamples(join(HERE, 'examples'), options.schema);
await rm(unfinished, { recursive: true, force: true });
await mkdir(assets, { recursive: true });
const workers = await bundle(WORKERS, { format: 'iife' });
const page = await bundle(
  { graphiql: 'src/main.jsx' },
  {
    format: 'esm',
    splitting: true,
    alias: ALIASES,
    define: {
      'process.env.NODE_ENV': '"production"',
      SAVED_EXAMPLES: JSON.stringify(examples),
      WORKERS: JSON.stringify(workers),
    },
    // The style sheet has Monaco's styles already; esbuild would not load those of a chunk that comes later.
    loader: { '.css': 'empty' },
  },
);
const style = await bundle({ graphiql: 'src/style.css' }, {});
await writeFile(join(unfinished, 'index.html'), await index(page.graphiql, style.graphiql));
await compress(unfinished);
await compress(assets);
await rename(unfinished, options.out);

// bundle returns the address of each entry's bundle by the entry's name.
async function bundle(entryPoints, settings) {
  const { metafile } = await build({
    absWorkingDir: HERE,
    entryPoints,
    outdir: assets,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: ASSETS_URL,
    bundle: true,
    minify: true,
    metafile: true,
    jsx: 'automatic',
    legalComments: 'linked',
    target: TARGET,
    logLevel: 'warning',
    ...settings,
  });
  const entries = Object.entries(metafile.outputs).filter(([, output]) => output.entryPoint);
  const addresses = {};
  for (const name of Object.keys(entryPoints)) {
    const [file] = entries.find(([path]) => relative(assets, join(HERE, path)).startsWith(`${name}-`));
    addresses[name] = `${ASSETS_URL}/${relative(assets, join(HERE, file))}`;
  }
  return addresses;
}

async function index(script, style) {
  const template = await readFile(join(HERE, 'src/index.html'), 'utf8');
  return template.replace('%STYLE%', style).replace('%SCRIPT%', script);
}

async function compress(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) {
      const file = join(folder, entry.name);
      await writeFile(`${file}.gz`, await promisify(gzip)(await readFile(file), { level: 9 }));
    }
  }
}
