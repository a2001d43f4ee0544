import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../src/index.ts';
import { MIGRATIONS } from '../src/schema.ts';
import type { SqlValue } from '../src/sql.ts';
import { openSqlite } from '../src/sqlite.ts';
import { temporaryFolder } from './support/folder.ts';
import { joinTouching } from './support/store.ts';

type OldRow = { readonly table: string; readonly values: Readonly<Record<string, string | number | null>> };

const NOON = Date.UTC(2026, 10, 23, 12);
const IDENTITY = 'ab'.repeat(16);

/** What a database may hold since the step of that number, as it was written then; `identity` and keys are hex. */
const ROWS_SINCE: readonly (readonly OldRow[])[] = [
  [
    {
      table: 'scan_run',
      values: { id: 1, started_at: NOON, finished_at: null, sources: '["mbox"]', messages: 1, added: 1 },
    },
    {
      table: 'event',
      values: {
        id: 1,
        run: 1,
        arrived_at: NOON,
        kind: 'bounce',
        backscatter: 'yes',
        decisive: 1,
        domain: 'parked.example',
        local_part: 'sales',
        reporter: 'mx.example.net',
        origin_ip: '203.0.113.9',
        network: '203.0.113.0/24',
        origin_spf: 'fail',
        evidence: 'domain-unused',
        identity: IDENTITY,
        source: 'mbox',
        place: 'mbox#1',
        message_id: null,
        subject: 'Grüße',
        error: null,
      },
    },
    { table: 'seen', values: { identity: IDENTITY, arrived_at: NOON } },
    {
      table: 'hourly',
      values: {
        domain: 'parked.example',
        hour: NOON / 3_600_000,
        kind: 'bounce',
        backscatter: 'yes',
        decisive: 1,
        messages: 1,
        first_at: NOON,
        last_at: NOON,
      },
    },
    { table: 'source', values: { id: 1, name: 'mbox:/var/mail/a', position: '7' } },
    { table: 'source_item', values: { source: 1, item: 'B' } },
    {
      table: 'journal',
      values: {
        id: '2026-11-23-1',
        kind: 'lockdown',
        zone: 'parked.example',
        provider: 'rfc2136',
        state: 'applied',
        begun_at: '2026-11-23T12:00:00.000Z',
        finished_at: null,
        detail: null,
        undoes: '[]',
        snapshot: '{}',
        plan: '{}',
        zone_text: '; before\n',
      },
    },
    { table: 'locked_domain', values: { name: 'parked.example', locked_at: NOON, journal: '2026-11-23-1' } },
    { table: 'sent', values: { sent_key: IDENTITY, seen_at: NOON } },
    { table: 'sent_sender', values: { domain: 'shop.example', host: 'mx1', last_seen_at: NOON } },
    { table: 'sent_span', values: { host: 'mx1', from_at: NOON, until_at: NOON + 1 } },
  ],
  [
    {
      table: 'policy_hourly',
      values: {
        hour: 490_000,
        rule: 'spf',
        identity: 'mail-from',
        result: 'fail',
        action: 'reject',
        domain: '',
        messages: 3,
      },
    },
    {
      table: 'policy_sender',
      values: { domain: 'b.example', strictness: '-all', problem: null, last_seen_at: NOON, messages: 2 },
    },
  ],
  [],
  [
    {
      table: 'action',
      values: {
        id: 1,
        run: 1,
        identity: IDENTITY,
        source: 'maildir:/home/a/Maildir',
        kind: 'move',
        target: 'Junk',
        place: 'cur/a',
        place_after: null,
        state: 'intended',
        intended_at: NOON,
        ended_at: null,
      },
    },
  ],
  [
    { table: 'forgotten', values: { id: 1, before_hour: 5 } },
    { table: 'notice', values: { address: 'postmaster@example.org', told_run: 1, sent_at: null } },
  ],
  [{ table: 'policy_delivery', values: { daemon: 'mx1', number: 7, delivered_at: NOON } }],
];
/** What later steps put into rows that were there before. */
const ADDED: Readonly<Record<string, object>> = { scan_run: { basis: '' } };

const VERSIONS = Array.from({ length: MIGRATIONS.length - 1 }, (_, i) => i + 1);

test.each(VERSIONS)(
  'a database of version %i keeps all its rows, and a private copy of it stays beside it',
  async (version) => {
    const path = join(temporaryFolder(), 'state.db');
    const rows = ROWS_SINCE.slice(0, version).flat();
    await write(path, version, rows);

    const expected = rows.map(({ table, values }) => ({
      [table]: { ...values, ...ADDED[table] },
    }));
    expect(sorted(await contentOf(path))).toEqual(sorted(expected));

    const copy = `${path}.v${version}`;
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const old = await openSqlite(copy, { migrations: MIGRATIONS.slice(0, version) });
    onTestFinished(() => old.close());
    for (const { table } of rows) expect(await old.all(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: 1n }]);
  },
);

test('a newer database is refused, says what to do, and stays as it is', async () => {
  const path = join(temporaryFolder(), 'state.db');
  const newer = [...MIGRATIONS, 'CREATE TABLE later (x INTEGER) STRICT'];
  await (await openSqlite(path, { migrations: newer })).close();
  const before = readFileSync(path);
  await expect(openStore(path, { joinSpans: joinTouching })).rejects.toMatchObject({
    code: 'store-newer',
    message: expect.stringContaining(`its schema is ${newer.length}, this version knows ${MIGRATIONS.length}`),
    hint: expect.stringContaining('Install that version'),
  });
  expect(readFileSync(path)).toEqual(before);
});

async function write(path: string, version: number, rows: readonly OldRow[]): Promise<void> {
  const sql = await openSqlite(path, { migrations: MIGRATIONS.slice(0, version) });
  for (const { table, values } of rows) {
    const names = Object.keys(values);
    const given = Object.entries(values).map(([name, value]) => blobOf(name, value));
    await sql.run(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, given);
  }
  await sql.close();
}

function blobOf(name: string, value: string | number | null): SqlValue {
  return value === IDENTITY && (name === 'identity' || name === 'sent_key') ? Buffer.from(value, 'hex') : value;
}

/** All rows, as an export has them. */
async function contentOf(path: string): Promise<unknown[]> {
  const store = await openStore(path, { joinSpans: joinTouching });
  onTestFinished(() => store.close());
  const lines: unknown[] = [];
  await store.transfer.exportTo(async (line) => void lines.push(JSON.parse(line)));
  return lines.slice(1, -1);
}

function sorted(rows: readonly unknown[]): unknown[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
