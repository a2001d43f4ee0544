#!/usr/bin/env node
// How long a nightly scan takes that finds nothing new, and how long the questions of a report take, on a ledger with
// a million messages and a Maildir that holds all of them. Run it after a build:
//   node scripts/bench-state.mjs [--messages 1000000] [--folder DIR]
// With --folder the database and the mailboxes are kept there and used again.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import './lib/plain-start.mjs';
import { root } from './lib/run.mjs';
import { entries, maildirName } from './lib/state-rows.mjs';

const { openStore } = await import(`${root}packages/store/dist/index.js`);
const { joinSpans } = await import(`${root}packages/bounce/dist/index.js`);

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '1000000' }, folder: { type: 'string' } },
});
const COUNT = Number(values.messages);
const BATCH = 5000;
const RUNS = 5;
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'unsent-bench-state-'));
mkdirSync(folder, { recursive: true });
const place = join(realpathSync(folder), 'state.db');
const maildir = join(realpathSync(folder), 'Maildir');
const mbox = join(realpathSync(folder), 'mbox');

try {
  writeFileSync(join(folder, 'unsent.yaml'), 'domains:\n  unused: [parked0.example]\n');
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  if (!existsSync(place)) await fill();
  console.log(`${COUNT} messages; the database has ${(statSync(place).size / 1e6).toFixed(0)} MB`);
  scans('scan of the Maildir, nothing new', maildir);
  scans('scan of an mbox, nothing new', mbox);
  await questions();
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}

async function fill() {
  const started = performance.now();
  for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(maildir, name), { recursive: true });
  const store = await openStore(place, { joinSpans });
  const { run } = await store.ledger.startRun(new Date('2026-11-23T00:00:00Z'), [maildir], 'bench');
  for (let from = 0; from < COUNT; from += BATCH) {
    const count = Math.min(BATCH, COUNT - from);
    const names = Array.from({ length: count }, (_, i) => maildirName(from + i));
    const cursor = { source: `maildir:${maildir}`, position: null, newItems: names };
    await store.ledger.recordBatch(run, entries(from, count), cursor);
    for (const name of names) writeFileSync(join(maildir, 'cur', `${name}:2,S`), '');
  }
  await store.ledger.finishRun(run, new Date('2026-11-23T01:00:00Z'), COUNT);
  await store.close();
  const letter = 'From a Mon Nov 23 10:00:00 2026\nFrom: a@example.net\nSubject: x\n\n';
  writeFileSync(mbox, `${letter}${'x'.repeat(70)}\n\n`.repeat(200_000));
  scan(mbox);
  console.log(`filled in ${seconds(performance.now() - started)}`);
}

function scan(mailbox) {
  const config = ['--config', join(folder, 'unsent.yaml'), '--dns', `zone:${join(folder, 'dns.txt')}`];
  const args = ['scan', '--quiet', '--state', place, ...config, mailbox];
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [`${root}packages/unsent/bin/unsent.js`, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the scan ended with ${status}: ${stderr}`);
  return performance.now() - started;
}

function scans(title, mailbox) {
  const took = Array.from({ length: RUNS }, () => scan(mailbox)).sort((a, b) => a - b);
  console.log(`${title}: ${took.map(seconds).join(' ')} (median ${seconds(took[RUNS >> 1])})`);
}

async function questions() {
  const started = performance.now();
  const { ledger, close } = await openStore(place, { joinSpans });
  console.log(`open: ${seconds(performance.now() - started)}`);
  const all = { run: null, domain: null, backscatter: null, since: null, until: null };
  const month = { ...all, since: new Date('2026-10-24T00:00:00Z') };
  for (const [title, filter] of [
    ['everything', all],
    ['30 days', month],
    ['backscatter', { ...all, backscatter: 'yes' }],
  ]) {
    const took = [];
    const ask = async (name, work) => {
      const begun = performance.now();
      await work();
      took.push([name, performance.now() - begun]);
    };
    await ask('by domain', () => ledger.totalsByDomain(filter));
    await ask('by hour', () => ledger.totalsByHour(filter));
    for (const question of ['reporter', 'origin', 'network', 'local-part', 'origin-spf', 'evidence', 'kind']) {
      await ask(question, () => ledger.top(question, filter, 10));
    }
    const sum = took.reduce((total, [, ms]) => total + ms, 0);
    const each = took.map(([name, ms]) => `${name} ${seconds(ms)}`).join(', ');
    console.log(`questions of a report, ${title}: ${seconds(sum)} (${each})`);
  }
  await close();
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}
