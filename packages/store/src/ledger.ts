import type { DomainName } from '@unsent/dns';
import { type LedgerQuestions, ledgerQuestions } from './ledger-questions.ts';
import { bytes, insertRows, integer, placeholders, type Sql, type SqlValue, text, textOrNull } from './sql.ts';

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

/** What the scanner remembers. The feature package declares the same interface; the shell checks the fit. */
export interface StoreLedger extends LedgerQuestions {
  startRun(at: Date, sources: readonly string[]): Promise<number>;
  finishRun(run: number, at: Date, messages: number): Promise<void>;
  positionOf(source: string): Promise<string | null>;
  unreadItems(source: string, items: readonly string[]): Promise<readonly string[]>;
  known(identities: readonly string[]): Promise<ReadonlySet<string>>;
  recordBatch(
    run: number,
    entries: readonly StoredEntry[],
    cursor: StoredCursor | null,
  ): Promise<{ readonly added: ReadonlySet<string> }>;
}

const MS_PER_HOUR = 3_600_000;
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

/** The ledger over an engine. */
export function sqlLedger(sql: Sql): StoreLedger {
  return {
    ...ledgerQuestions(sql),
    startRun: async (at, sources) => {
      const [row] = await sql.all('INSERT INTO scan_run (started_at, sources) VALUES (?, ?) RETURNING id', [
        at.getTime(),
        JSON.stringify(sources),
      ]);
      if (row === undefined) throw new Error('the database gave the run no number');
      return integer(row, 'id');
    },
    finishRun: (run, at, messages) =>
      sql.run('UPDATE scan_run SET finished_at = ?, messages = ? WHERE id = ?', [at.getTime(), messages, run]),
    positionOf: async (source) => {
      const [row] = await sql.all('SELECT position FROM source WHERE name = ?', [source]);
      return row === undefined ? null : textOrNull(row, 'position');
    },
    unreadItems: async (source, items) => {
      const [row] = await sql.all('SELECT id FROM source WHERE name = ?', [source]);
      if (row === undefined) return items;
      const read = await lookUp(sql, 'source_item', 'item', items, [integer(row, 'id')], 'source = ? AND');
      const names = new Set(read.map((found) => text(found, 'item')));
      return items.filter((item) => !names.has(item));
    },
    known: async (identities) => {
      const found = await lookUp(sql, 'seen', 'identity', identities.map(fromHex), [], '');
      return new Set(found.map((row) => toHex(bytes(row, 'identity'))));
    },
    // Entries and cursor are lost together or not at all, and what is lost is still in the mailbox.
    recordBatch: (run, entries, cursor) => sql.transaction((inside) => record(inside, run, entries, cursor), 'soon'),
  };
}

async function record(sql: Sql, run: number, entries: readonly StoredEntry[], cursor: StoredCursor | null) {
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
  return { added: new Set(fresh.map((entry) => entry.identity)) };
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

async function addToHours(sql: Sql, entries: readonly StoredEntry[]): Promise<void> {
  const sums = new Map<string, { readonly key: readonly SqlValue[]; messages: number; first: number; last: number }>();
  for (const entry of entries) {
    const at = entry.arrivedAt.getTime();
    const hour = Math.floor(at / MS_PER_HOUR);
    const key = [entry.domain ?? '', hour, entry.kind, entry.backscatter, entry.isDecisive ? 1 : 0];
    const sum = sums.get(key.join(' ')) ?? { key, messages: 0, first: at, last: at };
    sum.messages += 1;
    sum.first = Math.min(sum.first, at);
    sum.last = Math.max(sum.last, at);
    sums.set(key.join(' '), sum);
  }
  const ordered = [...sums.keys()].sort().flatMap((key) => sums.get(key) ?? []);
  await insertRows(
    sql,
    'hourly',
    ['domain', 'hour', 'kind', 'backscatter', 'decisive', 'messages', 'first_at', 'last_at'],
    ordered.map(({ key, messages, first, last }) => [...key, messages, first, last]),
    // CASE, because the smaller of two numbers is min(a, b) in SQLite and LEAST(a, b) in PostgreSQL.
    `ON CONFLICT (domain, hour, kind, backscatter, decisive) DO UPDATE SET
       messages = hourly.messages + excluded.messages,
       first_at = CASE WHEN excluded.first_at < hourly.first_at THEN excluded.first_at ELSE hourly.first_at END,
       last_at = CASE WHEN excluded.last_at > hourly.last_at THEN excluded.last_at ELSE hourly.last_at END`,
  );
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

/** The rows of `table` whose `column` is one of `values`. */
async function lookUp(
  sql: Sql,
  table: string,
  column: string,
  values: readonly SqlValue[],
  before: readonly SqlValue[],
  condition: string,
) {
  const found = [];
  for (let i = 0; i < values.length; i += VALUES_PER_LOOKUP) {
    const some = values.slice(i, i + VALUES_PER_LOOKUP);
    const list = placeholders(some.length, 1);
    const query = `SELECT ${column} FROM ${table} WHERE ${condition} ${column} IN ${list}`;
    for (const row of await sql.all(query, [...before, ...some])) found.push(row);
  }
  return found;
}

function fromHex(identity: string): Uint8Array {
  return Buffer.from(identity, 'hex');
}

function toHex(identity: Uint8Array): string {
  return Buffer.from(identity.buffer, identity.byteOffset, identity.byteLength).toString('hex');
}
