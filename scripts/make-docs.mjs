#!/usr/bin/env node
// Writes what is derived from the sources: the JSON Schema for editors and the tables of docs/configuration.md from the
// schema, the list of bounds in docs/threat-model.md from the constants, the tables of docs/api/ from the exports. Run it after a build: node scripts/make-docs.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { exportTable } from './lib/exports.mjs';
import { keyTables } from './lib/key-tables.mjs';
import { limitList } from './lib/limits.mjs';
import { root } from './lib/run.mjs';

const SCHEMA_FILE = 'packages/unsent/unsent.schema.json';
const PAGE = 'docs/configuration.md';
const BEGIN = '<!-- keys: written by scripts/make-docs.mjs -->';
const END = '<!-- end of keys -->';

const LIMITS_PAGE = 'docs/threat-model.md';
const LIMITS_BEGIN = '<!-- limits: written by scripts/make-docs.mjs -->';
const LIMITS_END = '<!-- end of limits -->';

const LIBRARIES = ['dns', 'spf', 'bounce', 'lockdown', 'policyd', 'store'];
const EXPORTS_BEGIN = '<!-- exports: written by scripts/make-docs.mjs -->';
const EXPORTS_END = '<!-- end of exports -->';

const schema = tidy(await jsonSchema());
const files = {
  [SCHEMA_FILE]: `${JSON.stringify(
    { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'unsent.yaml', ...schema },
    null,
    2,
  )}\n`,
  [PAGE]: between(PAGE, BEGIN, END, () => keyTables(schema)),
  ...Object.fromEntries(
    LIBRARIES.map((name) => `docs/api/${name}.md`).map((path, i) => [
      path,
      between(path, EXPORTS_BEGIN, EXPORTS_END, () => exportTable(LIBRARIES[i])),
    ]),
  ),
  [LIMITS_PAGE]: between(LIMITS_PAGE, LIMITS_BEGIN, LIMITS_END, (above) => limitList(above)),
};

if (process.argv.includes('--check')) {
  const stale = Object.keys(files).filter(
    (path) => plain(readFileSync(`${root}${path}`, 'utf8')) !== plain(files[path]),
  );
  for (const path of stale) console.error(`${path} is not what the sources say: run node scripts/make-docs.mjs`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of Object.entries(files)) writeFileSync(`${root}${path}`, text);
}

async function jsonSchema() {
  const require = createRequire(`${root}packages/unsent/package.json`);
  const { toJsonSchema } = await import(pathToFileURL(require.resolve('@valibot/to-json-schema')).href);
  const { configSchema } = await import(`${root}packages/unsent/dist/config/schema.js`);
  return toJsonSchema(configSchema(), { typeMode: 'input', errorMode: 'ignore', target: 'draft-2020-12' });
}

/** Drops what says nothing: `default: null` of keys that may be empty, and empty lists of required keys. */
function tidy(value) {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name, inner]) =>
      !(name === '$schema' || (name === 'default' && isNothing(inner)) || (name === 'required' && isNothing(inner))),
  );
  return Object.fromEntries(kept.map(([name, inner]) => [name, tidy(inner)]));
}

function isNothing(value) {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** The page with what stands between its markers made anew; `make` is handed what stands above them. */
function between(path, begin, end, make) {
  const page = readFileSync(`${root}${path}`, 'utf8');
  const [before, after] = [page.indexOf(begin), page.indexOf(end)];
  if (before === -1 || after === -1) throw new Error(`${path} has lost its markers`);
  return `${page.slice(0, before + begin.length)}\n\n${make(page.slice(0, before))}\n${page.slice(after)}`;
}

/** Text without the padding that formatters put into tables. */
function plain(text) {
  return text.replaceAll(/ +/g, ' ').replaceAll(/\| ?-+ ?(?=\|)/g, '|---');
}
