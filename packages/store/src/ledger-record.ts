import type { DomainName } from '@unsent/dns';
import { addToHours, type EventHour, hourOf, sumAgain } from './ledger-hours.ts';
import { readForgottenHour } from './retention.ts';
import { bytes, insertRows, integer, placeholders, type Row, type Sql, type SqlValue, text } from './sql.ts';

/** One judged message; the shape that the scanner's ledger declares. */
export type StoredEntry = {
  readonly identity: string;
  readonly source: string;
  readonly place: string;
  readonly arrivedAt: Date;
  readonly kind: string;
  readonly backscatter: string;
  readonly isDecisive: boolean;
  readonly domain: DomainName | null;
  readonly localPart: string | null;
  readonly reporter: string | null;
  readonly originIp: string | null;
  readonly originNetwork: string | null;
  readonly originSpf: string | null;
  readonly evidence: readonly string[];
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly error: string | null;
};

/** How far a source was read: a position where it has an order, and the items read since the last batch. */
export type StoredCursor = {
  readonly source: string;
  readonly position: string | null;
  readonly newItems: readonly string[];
};

export type StoredBatch = {
  readonly entries: readonly StoredEntry[];
  readonly cursor: StoredCursor | null;
  readonly mode: 'once' | 'again';
  /** What the tries of this batch claimed so far; filled by each try. */
  readonly claimed: Set<string>;
  /** An earlier try of the same batch may be in the database already. */
  readonly mayBeDone: boolean;
};

const VALUES_PER_LOOKUP = 500;

const EVENT_COLUMNS = [
  'run',
  'arrived_at',
  'kind',
  'backscatter',
  'decisive',
  'domain',
  'local_part',
  'reporter',
  'origin_ip',
  'network',
  'origin_spf',
  'evidence',
  'identity',
  'source',
  'place',
  'message_id',
  'subject',
  'error',
] as const;

/** What judging again may change. */
const VERDICT_COLUMNS = EVENT_COLUMNS.filter(
  (column) => !['run', 'arrived_at', 'identity', 'source', 'place'].includes(column),
);

/** Records a batch inside a transaction. See the interface for what it resolves to. */
export async function recordBatch(
  sql: Sql,
  run: number,
  { entries, cursor, mode, claimed, mayBeDone }: StoredBatch,
): Promise<{ readonly added: ReadonlySet<string>; readonly changed: number }> {
  const fresh = await claim(sql, entries);
  await insertRows(
    sql,
    'event',
    EVENT_COLUMNS,
    fresh.map((entry) => eventRow(run, entry)),
  );
  await addToHours(sql, fresh);
  await sql.run('UPDATE scan_run SET added = added + ? WHERE id = ?', [fresh.length, run]);
  if (cursor !== null) await moveCursor(sql, cursor);
  const added = new Set(fresh.map((entry) => entry.identity));
  if (mayBeDone) for (const identity of await addedBefore(sql, run, entries, claimed)) added.add(identity);
  for (const identity of added) claimed.add(identity);
  const known = mode === 'once' ? [] : entries.filter((entry) => !added.has(entry.identity));
  return { added, changed: await judgeAgain(sql, known) };
}

/** Whoever gets a message's identity into `seen` counts the message; everybody else leaves it alone. */
async function claim(sql: Sql, entries: readonly StoredEntry[]): Promise<readonly StoredEntry[]> {
  const byIdentity = new Map<string, StoredEntry>();
  for (const entry of entries) if (!byIdentity.has(entry.identity)) byIdentity.set(entry.identity, entry);
  // In one order everywhere: two scanners on one PostgreSQL then wait for each other instead of dead-locking.
  const rows = [...byIdentity.values()]
    .sort((a, b) => (a.identity < b.identity ? -1 : 1))
    .map((entry) => [fromHex(entry.identity), entry.arrivedAt.getTime()]);
  const suffix = 'ON CONFLICT (identity) DO NOTHING RETURNING identity';
  const claimed = await insertRows(sql, 'seen', ['identity', 'arrived_at'], rows, suffix);
  const ours = new Set(claimed.map((row) => toHex(bytes(row, 'identity'))));
  return [...byIdentity.values()].filter((entry) => ours.has(entry.identity));
}

/**
 * Those entries that the try whose answer was lost did add: it claimed them, so no earlier batch had them, and they are in
 * the ledger as met by this run at this place, so no other scanner came between.
 */
async function addedBefore(
  sql: Sql,
  run: number,
  entries: readonly StoredEntry[],
  claimed: ReadonlySet<string>,
): Promise<readonly string[]> {
  const tried = entries.filter(({ identity }) => claimed.has(identity));
  const found = await eventsOf(sql, tried);
  return tried.flatMap(({ identity, source, place }) => {
    const row = found.get(identity);
    const isOurs =
      row !== undefined && integer(row, 'run') === run && row['source'] === source && row['place'] === place;
    return isOurs ? [identity] : [];
  });
}

function eventRow(run: number, entry: StoredEntry): readonly SqlValue[] {
  const row: readonly SqlValue[] = [
    run,
    entry.arrivedAt.getTime(),
    entry.kind,
    entry.backscatter,
    entry.isDecisive ? 1 : 0,
    entry.domain ?? '',
    entry.localPart,
    entry.reporter,
    entry.originIp,
    entry.originNetwork,
    entry.originSpf,
    entry.evidence.join(' '),
    fromHex(entry.identity),
    entry.source,
    entry.place,
    entry.messageId,
    entry.subject,
    entry.error,
  ];
  return row.map((value) => (typeof value === 'string' ? withoutNul(value) : value));
}

/** Mail may hold a NUL anywhere; no database takes one in text. */
function withoutNul(value: string): string {
  return value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}

/** Writes new verdicts over old ones; when and where a message was first seen stays. Resolves to how many differ. */
async function judgeAgain(sql: Sql, entries: readonly StoredEntry[]): Promise<number> {
  const found = await eventsOf(sql, entries);
  const forgotten = found.size === 0 ? 0 : await readForgottenHour(sql);
  const hours: EventHour[] = [];
  for (const entry of entries) {
    const old = found.get(entry.identity);
    if (old === undefined || isSame(old, entry)) continue;
    found.delete(entry.identity);
    // An event that waits to be forgotten: the sums of its hour hold more than the events that are left.
    if (hourOf(integer(old, 'arrived_at')) < forgotten) continue;
    const row = eventRow(0, entry);
    const values = VERDICT_COLUMNS.map((column) => row[EVENT_COLUMNS.indexOf(column)] ?? null);
    await sql.run(
      `UPDATE event SET ${VERDICT_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE id = ? AND arrived_at = ?`,
      [...values, integer(old, 'id'), integer(old, 'arrived_at')],
    );
    const hour = hourOf(integer(old, 'arrived_at'));
    hours.push({ domain: text(old, 'domain'), hour }, { domain: entry.domain ?? '', hour });
  }
  await sumAgain(sql, hours);
  return hours.length / 2;
}

/** The events of messages that are known. An event is found by its time, which has an index, and then by identity. */
async function eventsOf(sql: Sql, entries: readonly StoredEntry[]): Promise<Map<string, Row>> {
  const found = new Map<string, Row>();
  for (let i = 0; i < entries.length; i += VALUES_PER_LOOKUP) {
    const some = entries.slice(i, i + VALUES_PER_LOOKUP).map(({ identity }) => fromHex(identity));
    const rows = await sql.all(
      `SELECT event.id, event.identity, event.arrived_at, event.run, event.source, event.place, ${VERDICT_COLUMNS.map((column) => `event.${column}`).join(', ')}
       FROM seen JOIN event ON event.arrived_at = seen.arrived_at AND event.identity = seen.identity
       WHERE seen.identity IN ${placeholders(some.length, 1)}`,
      some,
    );
    for (const row of rows) found.set(toHex(bytes(row, 'identity')), row);
  }
  return found;
}

function isSame(old: Row, entry: StoredEntry): boolean {
  const row = eventRow(0, entry);
  return VERDICT_COLUMNS.every((column) => {
    const [before, now] = [old[column], row[EVENT_COLUMNS.indexOf(column)] ?? null];
    return typeof before === 'bigint' ? Number(before) === now : before === now;
  });
}

async function moveCursor(sql: Sql, cursor: StoredCursor): Promise<void> {
  const [row] = await sql.all(
    `INSERT INTO source (name, position) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET position = COALESCE(excluded.position, source.position) RETURNING id`,
    [cursor.source, cursor.position],
  );
  if (row === undefined) throw new Error('the database gave the source no number');
  const source = integer(row, 'id');
  const items = cursor.newItems.map((item) => [source, item]);
  await insertRows(sql, 'source_item', ['source', 'item'], items, 'ON CONFLICT (source, item) DO NOTHING');
}

/** Those rows of `seen` that hold one of these identities. */
export async function lookUpIdentities(sql: Sql, identities: readonly string[]): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (let i = 0; i < identities.length; i += VALUES_PER_LOOKUP) {
    const some = identities.slice(i, i + VALUES_PER_LOOKUP).map(fromHex);
    const query = `SELECT identity FROM seen WHERE identity IN ${placeholders(some.length, 1)}`;
    for (const row of await sql.all(query, some)) found.push(row);
  }
  return found;
}

/** Identities are 32 hex digits outside and 16 bytes in the database. */
export function fromHex(identity: string): Uint8Array {
  return Buffer.from(identity, 'hex');
}

export function toHex(identity: Uint8Array): string {
  return Buffer.from(identity.buffer, identity.byteOffset, identity.byteLength).toString('hex');
}
