import type { Store } from '../../src/index.ts';
import { MIGRATIONS } from '../../src/schema.ts';
import type { Engine, SqlValue } from '../../src/sql.ts';

/** A row as an older version wrote it. */
export type OldRow = { readonly table: string; readonly values: Readonly<Record<string, string | number | null>> };

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
const ADDED: Readonly<Record<string, object>> = { scan_run: { basis: '' }, notice: { told_event: null } };

/** Every version of the schema before this one. */
export const OLD_VERSIONS: readonly number[] = Array.from({ length: MIGRATIONS.length - 1 }, (_, i) => i + 1);

/** What a database of that version may hold: a row of each table. */
export function rowsOf(version: number): readonly OldRow[] {
  return ROWS_SINCE.slice(0, version).flat();
}

/** Writes the rows and closes the database. */
export async function writeOld(sql: Engine, rows: readonly OldRow[]): Promise<void> {
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

/** All rows, as an export has them, in one order. */
export async function contentOf({ transfer }: Store<unknown, unknown>): Promise<readonly string[]> {
  const lines: unknown[] = [];
  await transfer.exportTo(async (line) => void lines.push(JSON.parse(line)));
  return sorted(lines.slice(1, -1));
}

/** What `contentOf` has when these rows were brought up to date. */
export function expectedOf(rows: readonly OldRow[]): readonly string[] {
  return sorted(rows.map(({ table, values }) => ({ [table]: { ...values, ...ADDED[table] } })));
}

function sorted(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
