#!/usr/bin/env node
// `npm run coverage`: what the tests of the packages run of their sources, by lines and branches, a row for each package.
// The end-to-end tests start the built command and are not counted. The whole is in `coverage/index.html`.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { bin, checkNode, installIfNeeded, root, run } from './lib/run.mjs';

const PROJECTS = ['unit', 'store on PostgreSQL'];

checkNode();
installIfNeeded();
run(
  process.execPath,
  [
    bin('vitest', 'vitest'),
    'run',
    '--coverage',
    '--coverage.reporter=html',
    '--coverage.reporter=json-summary',
    ...PROJECTS.flatMap((name) => ['--project', name]),
    ...process.argv.slice(2),
  ],
  { quiet: true },
);

const { total, ...files } = JSON.parse(readFileSync(`${root}coverage/coverage-summary.json`, 'utf8'));
const rows = new Map();
for (const [path, counts] of Object.entries(files)) {
  const [, name] = relative(root, path).split('/');
  rows.set(name, [...(rows.get(name) ?? []), counts]);
}
print('package', 'lines', 'branches');
for (const [name, all] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1)))
  print(name, share(all, 'lines'), share(all, 'branches'));
print('all', share([total], 'lines'), share([total], 'branches'));

function share(all, what) {
  const [covered, of] = ['covered', 'total'].map((key) => all.reduce((sum, counts) => sum + counts[what][key], 0));
  return `${((100 * covered) / of).toFixed(1)} %`;
}

function print(...cells) {
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(12) : cell.padStart(10))).join(''));
}
