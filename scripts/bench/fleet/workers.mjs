#!/usr/bin/env node
// How fast workers read a mailbox into one PostgreSQL: a scan by one, one worker, two workers, in turn, and a plain COPY
// of the same rows into a table without indexes, as what the disk and the server can do at most. Everything is judged in
// one thread a process. Starts a private PostgreSQL of its own.
//
//   npx tsc -b && node scripts/bundle.mjs && node scripts/bench/fleet/workers.mjs [messages] [rounds]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import '../../lib/plain-start.mjs';
import { makeMailboxes } from '../../lib/killed-scans.mjs';
import { startPrivatePostgres } from '../../lib/private-postgres.mjs';
import { root } from '../../lib/run.mjs';

const [messages = '20000', rounds = '3'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'unsent-bench-'));
const [mbox] = makeMailboxes(folder, Number(messages)).sources;
const server = await startPrivatePostgres();
const DRAIN = ['worker', '--quiet', '--drain', '--jobs', '1'];
/** What runs at once; all but the first on pieces that were put before. */
const KINDS = {
  'a scan by one': [['scan', '--quiet', '--jobs', '1', mbox]],
  'one worker': [DRAIN],
  'two workers': [DRAIN, DRAIN],
};
const TICKS_PER_SECOND = 100;
const found = new Map();
try {
  for (let round = 0; round < Number(rounds); round++) {
    for (const [kind, commands] of Object.entries(KINDS))
      await measure(kind, commands, `r${round}_${kind.replace(/ /g, '_')}`);
    found.set('COPY', [...(found.get('COPY') ?? []), await copyRows(`r${round}_one_worker`)]);
  }
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${messages} messages, median of ${rounds}; load ${loadavg()[0].toFixed(1)}\n`);
const one = rate('one worker');
for (const [kind, all] of found) {
  const cpu =
    all[0].cpu === null ? '' : `CPU: ${secondsOf(all, 'cpu')} in unsent, ${secondsOf(all, 'serverCpu')} in PostgreSQL`;
  const perSecond = Math.round(rate(kind)).toLocaleString('en').padStart(9);
  console.log(`${kind.padEnd(16)}${perSecond} messages/s   ${(rate(kind) / one).toFixed(2)} x one worker   ${cpu}`);
}

async function measure(kind, commands, schema) {
  await unsent(schema, ['state', 'info']);
  if (commands[0] === DRAIN) await unsent(schema, ['scan', '--quiet', '--enqueue', '--piece', '500', mbox]);
  const [serverBefore, started] = [serverCpu(), performance.now()];
  const cpu = await Promise.all(commands.map((args) => unsent(schema, args)));
  const seconds = (performance.now() - started) / 1000;
  const counted = Number(server.psql(`SELECT count(*) FROM ${schema}.event`));
  if (counted !== Number(messages)) throw new Error(`${kind}: ${counted} counted`);
  const times = { seconds, cpu: cpu.reduce((sum, one) => sum + one, 0), serverCpu: serverCpu() - serverBefore };
  found.set(kind, [...(found.get(kind) ?? []), times]);
}

/** Seconds of CPU of all server processes that have ended, each connection's being one (proc(5), stat: cutime, cstime). */
function serverCpu() {
  const pid = readFileSync(join(server.folder, 'data/postmaster.pid'), 'utf8').split('\n')[0];
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** The rows of the events, from a file that the server reads itself. */
function copyRows(schema) {
  const file = join(server.folder, 'data', 'rows.copy');
  server.psql(`COPY (SELECT * FROM ${schema}.event) TO '${file}';
    CREATE TABLE ${schema}.plain (LIKE ${schema}.event)`);
  const started = performance.now();
  server.psql(`COPY ${schema}.plain FROM '${file}'`);
  return { seconds: (performance.now() - started) / 1000, cpu: null };
}

/** Runs one command to its end; resolves to its seconds of CPU. */
async function unsent(schema, args) {
  const config = ['--config', join(folder, 'unsent.yaml'), '--dns', `zone:${join(folder, 'dns.txt')}`];
  const command = [process.execPath, `${root}packages/unsent/bin/unsent.js`, ...config];
  const timed = ['-c', 'TIMEFORMAT="%U %S"; time "$@" >/dev/null', 'bash', ...command];
  const child = spawn('bash', [...timed, '--state', `${server.url}?schema=${schema}`, ...args]);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`unsent ${args[0]} ended with ${code}: ${stderr}`);
  return stderr
    .trim()
    .split('\n')
    .at(-1)
    .split(' ')
    .reduce((sum, seconds) => sum + Number(seconds), 0);
}

function secondsOf(all, what) {
  return `${median(all.map((one) => one[what])).toFixed(1)} s`;
}

function rate(kind) {
  return Number(messages) / median(found.get(kind).map(({ seconds }) => seconds));
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
