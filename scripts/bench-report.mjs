#!/usr/bin/env node
// Shows how long `unsent report` takes on a ledger with a million messages. Run it after a build:
//   node scripts/bench-report.mjs [--messages 1000000] [--state FILE]
// With --state the database is kept there and used again.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import './lib/plain-start.mjs';
import { root } from './lib/run.mjs';

const { openStore } = await import(`${root}packages/store/dist/index.js`);
const { joinSpans } = await import(`${root}packages/bounce/dist/index.js`);
const { values } = parseArgs({
  options: { messages: { type: 'string', default: '1000000' }, state: { type: 'string' } },
});
const COUNT = Number(values.messages);
const BATCH = 5000;
const RUNS = 5;
const DAYS = 400;
const HOUR_MS = 3_600_000;
const newest = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'unsent-bench-report-'));
const state = values.state ?? join(folder, 'state.db');

try {
  if (!existsSync(state)) await fill();
  console.log(`${COUNT} messages, ${(statSync(state).size / 1e6).toFixed(0)} MB; ${RUNS} runs each, wall time`);
  for (const args of [
    ['--since', 'all'],
    ['--since', '30d'],
    ['--since', 'all', '--domain', 'parked1.example'],
  ]) {
    time(args);
    time([...args, '--html', join(folder, 'report.html')]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function fill() {
  const started = performance.now();
  const store = await openStore(state, { joinSpans });
  const { run } = await store.ledger.startRun(new Date(newest), ['bench'], 'bench');
  for (let from = 0; from < COUNT; from += BATCH) {
    const entries = Array.from({ length: Math.min(BATCH, COUNT - from) }, (_, i) => entry(from + i));
    await store.ledger.recordBatch(run, entries, null);
  }
  await store.close();
  console.log(`filled in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/** Twenty domains over 400 days; nine of ten messages are backscatter. Told by its number alone. */
function entry(number) {
  const hash = createHash('sha256').update(String(number)).digest();
  const pick = (at, size) => hash.readUInt16BE(at) % size;
  const network = `${100 + pick(2, 100)}.${pick(4, 250)}.${pick(6, 20)}`;
  const isBackscatter = number % 10 !== 0;
  return {
    identity: hash.toString('hex', 0, 16),
    source: '/var/mail/postmaster',
    place: `/var/mail/postmaster#${number}`,
    arrivedAt: new Date(newest - (hash.readUInt32BE(8) % (DAYS * 24)) * HOUR_MS),
    kind: 'bounce',
    backscatter: isBackscatter ? 'yes' : 'no',
    isDecisive: isBackscatter && pick(12, 3) > 0,
    domain: `parked${pick(14, 20)}.example`,
    localPart: `user${pick(16, 5000)}`,
    reporter: `mx${pick(18, 3000)}.example.net`,
    originIp: `${network}.${pick(20, 250)}`,
    originNetwork: `${network}.0/24`,
    originSpf: ['fail', 'softfail'][pick(22, 2)],
    evidence: ['domain-unused', ...(pick(24, 2) === 0 ? ['spf-fail'] : [])],
    messageId: `${number}@mx.example.net`,
    subject: 'Undelivered Mail Returned to Sender',
    error: null,
  };
}

function time(args) {
  const took = Array.from({ length: RUNS }, () => runOnce(args)).sort((a, b) => a - b);
  const shown = args.filter((arg) => !arg.startsWith(folder)).join(' ');
  console.log(`report ${shown}: ${took.map((seconds) => seconds.toFixed(2)).join(' ')} s`);
}

function runOnce(args) {
  const started = performance.now();
  const all = [`${root}packages/unsent/bin/unsent.js`, 'report', '--state', state, ...args];
  const { status, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8', maxBuffer: 1e9 });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - started) / 1000;
}
