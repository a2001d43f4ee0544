#!/usr/bin/env node
// How long `unsent report` takes over a database that database.mjs has filled and `unsent state vacuum` summed up: of all
// domains, and of the one that is hit most. Wall-clock time and processor time of the command; the server's is beside it.
//
//   npx tsc -b && node scripts/bundle.mjs && node scripts/bench/fleet/report.mjs 'postgres://…' [rounds] [domain]
import { spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import '../../lib/plain-start.mjs';
import { root } from '../../lib/run.mjs';

const [url, rounds = '3', domain = 'd0.example'] = process.argv.slice(2);
if (url === undefined) throw new Error('usage: report.mjs postgres://… [rounds] [domain]');
const QUESTIONS = {
  'all domains': ['--since', 'all'],
  'all domains, 30 days': [],
  [domain]: ['--since', 'all', '--domain', domain],
  [`${domain}, 30 days`]: ['--domain', domain],
};
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, options] of Object.entries(QUESTIONS)) {
    const started = performance.now();
    await unsent(['--json', 'report', ...options]);
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    console.log(`${name.padEnd(24)} ${seconds.padStart(6)} s   load ${loadavg()[0].toFixed(1)}`);
  }
}

async function unsent(args) {
  const command = [`${root}packages/unsent/bin/unsent.js`, '--config', '/dev/null', '--state', url, ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`unsent ${args.join(' ')} ended with ${code}`);
}
