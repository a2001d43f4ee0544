#!/usr/bin/env node
// How long commands take to start, alternately with plain `node -e 0` and Debian's policyd-spf: `scripts/bench-start.mjs [rounds]`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './lib/run.mjs';

const ROUNDS = Number(process.argv[2] ?? 20);
const CLI = join(root, 'packages/unsent/bin/unsent.js');
const PEER = '/usr/bin/policyd-spf';
const folder = mkdtempSync(join(tmpdir(), 'unsent-bench-start-'));
const mailbox = join(folder, 'empty.mbox');
const zone = join(folder, 'zone.txt');
writeFileSync(mailbox, '');
writeFileSync(zone, '$ORIGIN a.example.\n@ 300 IN TXT "v=spf1 -all"\n');
const request = `request=smtpd_access_policy
protocol_state=RCPT
client_address=192.0.2.1
helo_name=a.example
sender=
recipient=user@example.org
instance=1

`;

// What a row is compared with, and how: its bar is a difference in ms, or a ratio.
const rows = [
  row('node -e 0', [process.execPath, '-e', '0']),
  row('unsent --help', cli('--help'), { base: 'node -e 0', atMostMs: 40 }),
  row('unsent lockdown --help', cli('lockdown', '--help'), { base: 'node -e 0', atMostMs: 60 }),
  row('unsent scan empty.mbox', cli('scan', mailbox, '--state', join(folder, 'state.db')), {
    base: 'node -e 0',
    atMostMs: 120,
  }),
  ...(existsSync(PEER) ? [row('policyd-spf (python)', [PEER], { input: request })] : []),
  // Asks a zone file: the row is about starting, not about how soon a resolver of this machine answers or gives up.
  row('unsent policyd --stdio', cli('policyd', '--stdio', '--dns', `zone:${zone}`), {
    input: request,
    base: 'policyd-spf (python)',
    atMostTimes: 1.3,
  }),
];

for (let round = 0; round < ROUNDS; round++) {
  for (const one of rows) {
    const before = ticksOfChildren();
    one.times.push(timeOf(one));
    one.ticks += ticksOfChildren() - before;
  }
}
rmSync(folder, { recursive: true });

console.log(`Node ${process.versions.node}, ${ROUNDS} rounds, ms\n`);
console.log(
  `${'command'.padEnd(26)}${['min', 'quartile', 'median', 'processor'].map((word) => word.padStart(10)).join('')}  compared`,
);
for (const one of rows) {
  const shown = [...[0, 0.25, 0.5].map((part) => quantile(one.times, part)), processorMs(one)];
  console.log(`${one.name.padEnd(26)}${shown.map((ms) => ms.toFixed(1).padStart(10)).join('')}  ${comparison(one)}`);
}

function row(name, command, rest = {}) {
  return { name, command, times: [], ticks: 0, ...rest };
}

function cli(...args) {
  return [process.execPath, CLI, ...args];
}

function timeOf({ name, command: [program, ...args], input = '' }) {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, { input, env: { PATH: process.env.PATH, HOME: folder } });
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  return ms;
}

/** By the fastest quarter, because what else the machine does only ever adds; behind it by processor time. */
function comparison({ base, atMostMs, atMostTimes, ...mine }) {
  const its = rows.find(({ name }) => name === base);
  if (its === undefined) return '';
  const [wall, processor] = [(row) => quantile(row.times, 0.25), processorMs].map((of) =>
    atMostMs === undefined ? `${(of(mine) / of(its)).toFixed(2)} ×` : `+${(of(mine) - of(its)).toFixed(1)}`,
  );
  return `${wall} ${base} (bar ${atMostMs ?? atMostTimes}; processor ${processor})`;
}

/** Mean over all rounds, because the system counts in hundredths of a second. */
function processorMs({ ticks, times }) {
  return (ticks * 10) / times.length;
}

/** User and system time of the children that have ended (proc(5)); 0 where the system does not tell. */
function ticksOfChildren() {
  if (!existsSync('/proc/self/stat')) return 0;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return Number(fields[13]) + Number(fields[14]);
}

function quantile(times, part) {
  return [...times].sort((a, b) => a - b)[Math.floor((times.length - 1) * part)];
}
