#!/usr/bin/env node
// How fast classified bounces are recorded in one PostgreSQL: by one process, by two at once, and the same rows by a
// plain COPY into a table without indexes. Says what the server's processes waited for. Starts a private PostgreSQL.
//
//   npx tsc -b && node scripts/bench/fleet/ingest.mjs [rows of each process] [rounds] ['setting = value'…]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import '../../lib/plain-start.mjs';
import { root } from '../../lib/run.mjs';

const BATCH = 1000;
const DOMAINS = 100_000;
const HOURS = 6;
const HOUR_MS = 3_600_000;
const SAMPLE_MS = 20;

if (process.argv[2] === 'record') await record(...process.argv.slice(3));
else await compare(...process.argv.slice(2));

async function compare(rows = '40000', rounds = '3', ...settings) {
  const { startPrivatePostgres } = await import('../../lib/private-postgres.mjs');
  const server = await startPrivatePostgres(settings);
  const rates = { one: [], two: [], COPY: [] };
  const waits = { one: new Map(), two: new Map() };
  try {
    for (let round = 0; round < Number(rounds); round++) {
      for (const kind of ['one', 'two']) {
        const place = `${server.url}?schema=r${round}_${kind}`;
        await child(place, 0, 0); // makes the tables
        const stop = await sampleWaits(server.url, waits[kind]);
        const started = performance.now();
        const processes = kind === 'one' ? [1] : [1, 2];
        await Promise.all(processes.map((number) => child(place, number, rows)));
        rates[kind].push((processes.length * Number(rows) * 1000) / (performance.now() - started));
        await stop();
      }
      rates.COPY.push(copyRate(server, `r${round}_one`, Number(rows)));
    }
  } finally {
    await server.stop();
  }
  console.log(`${rows} rows a process, batches of ${BATCH}, median of ${rounds}; load ${loadavg()[0].toFixed(1)}`);
  for (const [kind, all] of Object.entries(rates)) {
    const ratio = (median(all) / median(rates.one)).toFixed(2);
    console.log(`${kind.padEnd(5)} ${String(Math.round(median(all))).padStart(7)} rows/s  ${ratio} x one`);
  }
  for (const [kind, counts] of Object.entries(waits)) console.log(`${kind}: ${sharesOf(counts)}`);
}

function child(place, number, rows) {
  const args = [fileURLToPath(import.meta.url), 'record', place, String(number), String(rows)];
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) =>
    started.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`)))),
  );
}

async function record(place, number, rows) {
  const { openStore } = await import(`${root}packages/store/dist/index.js`);
  const store = await openStore(place, { joinSpans: (spans) => spans });
  const { run } = await store.ledger.startRun(new Date(), ['bench'], '');
  for (let from = 0; from < Number(rows); from += BATCH) {
    const entries = Array.from({ length: BATCH }, (_, i) => entry(`${number} ${from + i}`));
    const cursor = { source: `bench:${number}`, position: String(from), newItems: [] };
    await store.ledger.recordBatch(run, entries, cursor);
  }
  await store.close();
}

/** A few domains are hit hard, most now and then; the last hours are what all processes count in. */
function entry(name) {
  const hash = createHash('sha256').update(name).digest();
  const share = (at) => hash.readUInt32BE(at) / 2 ** 32;
  const host = hash.readUInt16BE(16);
  return {
    identity: hash.toString('hex', 0, 16),
    source: '/var/mail/postmaster',
    place: `/var/mail/postmaster#${name}`,
    arrivedAt: new Date(Date.now() - Math.floor(share(18) * HOURS * HOUR_MS)),
    kind: 'bounce',
    backscatter: share(22) < 0.9 ? 'yes' : 'no',
    isDecisive: share(22) < 0.6,
    domain: `d${Math.floor(share(26) ** 4 * DOMAINS)}.example`,
    localPart: `user${hash.readUInt16BE(24) % 500}`,
    reporter: `mx${Math.floor(share(20) ** 2 * 20_000)}.example.net`,
    originIp: `198.51.${host >> 8}.${host & 255}`,
    originNetwork: `198.51.${host >> 8}.0/24`,
    originSpf: 'fail',
    evidence: ['domain-unused', 'spf-fail'],
    messageId: `${name}@mx.example.net`,
    subject: 'Undelivered Mail Returned to Sender',
    error: null,
  };
}

/** Looks again and again at what the server's processes wait for. Resolves to the way to stop. */
async function sampleWaits(url, counts) {
  const { Client } = createRequire(`${root}packages/store/package.json`)('pg');
  const client = new Client({ connectionString: url, application_name: 'sampler' });
  await client.connect();
  let isStopped = false;
  const looking = (async () => {
    while (!isStopped) {
      const { rows } = await client.query(
        `SELECT CASE WHEN state = 'active' THEN COALESCE(wait_event_type || ' ' || wait_event, 'working')
           ELSE 'waiting for the client' END AS what
         FROM pg_stat_activity WHERE application_name = 'unsent' AND (state = 'active' OR state LIKE 'idle in%')`,
      );
      for (const { what } of rows) counts.set(what, (counts.get(what) ?? 0) + 1);
      await new Promise((resume) => setTimeout(resume, SAMPLE_MS));
    }
  })();
  return async () => {
    isStopped = true;
    await looking;
    await client.end();
  };
}

/** The rows of the events, from a file that the server reads itself. */
function copyRate(server, schema, rows) {
  const file = `${server.folder}/data/rows.copy`;
  server.psql(`COPY (SELECT * FROM ${schema}.event) TO '${file}'; CREATE TABLE ${schema}.plain (LIKE ${schema}.event)`);
  const started = performance.now();
  server.psql(`COPY ${schema}.plain FROM '${file}'`);
  return (rows * 1000) / (performance.now() - started);
}

function sharesOf(counts) {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 8)
    .map(([what, count]) => `${what} ${Math.round((100 * count) / total)} %`)
    .join(', ');
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}
