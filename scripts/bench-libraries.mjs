#!/usr/bin/env node
// What loading each library costs above an empty module, in ms of processor time: `scripts/bench-libraries.mjs [rounds]`.
// The installed package, as the workspace imports it; in the bundle it is less (scripts/bench-start.mjs has the whole).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import './lib/plain-start.mjs';
import { root } from './lib/run.mjs';

const ROUNDS = Number(process.argv[2] ?? 15);
/** By the package that imports it. */
const LIBRARIES = {
  bounce: ['mailparser', 'tldts', 'imapflow'],
  lockdown: ['cloudflare/tree-shakable'],
  store: ['libsql', 'pg', 'pg-boss'],
  unsent: ['commander', 'valibot', 'yaml', 'prom-client', '@observablehq/plot', 'linkedom'],
};
const EMPTY = 'nothing';

const times = new Map([[EMPTY, []]]);
for (let round = 0; round < ROUNDS; round++) {
  measure(EMPTY, 'unsent', '');
  for (const [folder, names] of Object.entries(LIBRARIES)) {
    for (const name of names) measure(name, folder, `await import(${JSON.stringify(name)});`);
  }
}
const base = median(times.get(EMPTY));
console.log(`Node ${process.versions.node}, median of ${ROUNDS}; an empty module takes ${base.toFixed(0)} ms\n`);
for (const [name, all] of times)
  if (name !== EMPTY) console.log(`${name.padEnd(26)}${(median(all) - base).toFixed(0).padStart(6)}`);

function measure(name, folder, code) {
  const tell = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);';
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', `${code} ${tell}`], {
    cwd: join(root, 'packages', folder),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  times.set(name, [...(times.get(name) ?? []), Number(stdout)]);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
