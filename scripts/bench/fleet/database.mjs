#!/usr/bin/env node
// Fills the database of --state with made-up events, as a hosting company's: a million domains of which a few are hit
// hard, a year of bounces. Everything is made by the server, month by month,
// into tables without indexes, which come afterwards.
//
//   node scripts/bench/fleet/database.mjs 'postgres://…' [events] [domains]
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const load = createRequire(join(root, 'packages/store/package.json'));
const { Client } = load('pg');
const { openStore } = await import(join(root, 'packages/store/dist/index.js'));

const [url, events = '50000000', domains = '1000000'] = process.argv.slice(2);
if (url === undefined) throw new Error('usage: database.mjs postgres://… [events] [domains]');
const MONTHS = 12;
const EVENT_INDEXES = ['event_by_run (run)', 'event_by_time (arrived_at)', 'event_by_domain (domain, arrived_at)'];

await (await openStore(url, { joinSpans: (spans) => spans })).close();
const client = new Client({ connectionString: url });
await client.connect();
const started = performance.now();
await step('SET search_path TO unsent');
await step("SET synchronous_commit TO off; SET maintenance_work_mem TO '1GB'; SET work_mem TO '512MB'");
for (const index of EVENT_INDEXES) await step(`DROP INDEX IF EXISTS ${index.split(' ')[0]}`);
for (let month = 0; month < MONTHS; month++) await fillMonth(month);
for (const index of EVENT_INDEXES) await step(`CREATE INDEX ${index.replace(' (', ' ON event (')}`);
await step('TRUNCATE seen; ALTER TABLE seen DROP CONSTRAINT seen_pkey');
await step('INSERT INTO seen SELECT identity, arrived_at FROM event');
await step('ALTER TABLE seen ADD PRIMARY KEY (identity)');
await step('TRUNCATE hourly; ALTER TABLE hourly DROP CONSTRAINT hourly_pkey');
await step(`INSERT INTO hourly SELECT domain, arrived_at / 3600000, kind, backscatter, decisive, count(*), min(arrived_at),
  max(arrived_at) FROM event GROUP BY 1, 2, 3, 4, 5 ORDER BY 2`);
await step('ALTER TABLE hourly ADD PRIMARY KEY (domain, hour, kind, backscatter, decisive)');
await step("SELECT setval('event_id_seq', (SELECT max(id) FROM event))");
await step(`INSERT INTO scan_run (started_at, finished_at, sources, messages, added)
  SELECT 0, 0, '["bench"]', count(*), count(*) FROM event`);
await step('VACUUM ANALYZE');
await client.end();

/**
 * The month so many months before this one, in the order in which its bounces arrive, as a fleet records them. Its table is
 * made in the transaction that fills it, which saves the log.
 */
async function fillMonth(ago) {
  const now = new Date();
  const from = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1);
  const until = Math.min(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago + 1, 1), now.getTime());
  const count = Math.round(Number(events) / MONTHS);
  const name = `event_${new Date(from).toISOString().slice(0, 7).replace('-', '_')}`;
  await step('BEGIN');
  await step(`DROP TABLE IF EXISTS ${name}`);
  await step(`SELECT make_event_month(${from})`);
  await step(`
    INSERT INTO ${name} (id, run, arrived_at, kind, backscatter, decisive, domain, local_part, reporter, origin_ip,
      network, origin_spf, evidence, identity, source, place, message_id, subject)
    SELECT i, i / 100000, arrived_at,
      CASE WHEN r < 0.9 THEN 'bounce' WHEN r < 0.97 THEN 'auto-reply' ELSE 'ordinary' END,
      CASE WHEN r < 0.8 THEN 'yes' WHEN r < 0.85 THEN 'no' ELSE 'unknown' END, (r < 0.6)::INT,
      'd' || floor(power(random(), 4) * ${Number(domains)})::INT || '.example', 'user' || floor(random() * 500)::INT,
      'mx' || floor(power(random(), 2) * 20000)::INT || '.example.net',
      format('198.51.%s.%s', host / 256, host % 256), format('198.51.%s.0/24', host / 256), CASE WHEN r < 0.6 THEN 'fail' ELSE 'none' END,
      CASE WHEN r < 0.6 THEN 'domain-unused spf-fail' ELSE 'not-in-sent-log' END, decode(md5(i::TEXT), 'hex'),
      '/var/mail/postmaster', '/var/mail/postmaster#' || i, i || '@mx.example.net', 'Undelivered Mail Returned to Sender'
    FROM (SELECT ${(MONTHS - 1 - ago) * count} + row_number() OVER (ORDER BY arrived_at) AS i, arrived_at, random() AS r,
        floor(random() * 65536)::INT AS host
      FROM (SELECT ${from} + (random() * ${until - from})::BIGINT AS arrived_at
        FROM generate_series(1, ${count})) AS moments) AS made`);
  await step('COMMIT');
}

async function step(statement) {
  const { rowCount } = await client.query(statement);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${seconds} s: ${statement.trim().replace(/\s+/g, ' ').slice(0, 70)} (${rowCount ?? 0} rows)`);
}
