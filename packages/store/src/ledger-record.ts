import { EVENT_COLUMNS, eventRow, fromHex, type StoredEntry, toHex, VALUES_PER_LOOKUP } from './event-row.ts';
import { eventsOf, judgeAgain } from './ledger-again.ts';
import { addToHours, hourOf } from './ledger-hours.ts';
import { bytes, insertRows, integer, placeholders, type Row, type ServerParts, type Sql } from './sql.ts';
import { touchHours } from './summaries.ts';

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
  readonly server: ServerParts | null;
};

/** Records a batch inside a transaction. See the interface for what it resolves to. */
export async function recordBatch(
  sql: Sql,
  run: number,
  { entries, cursor, mode, claimed, mayBeDone, server }: StoredBatch,
): Promise<{ readonly added: ReadonlySet<string>; readonly changed: number }> {
  const fresh = await claim(sql, entries);
  await touchHours(
    sql,
    fresh.map(({ arrivedAt }) => hourOf(arrivedAt.getTime())),
    server,
  );
  await insertRows(
    sql,
    'event',
    EVENT_COLUMNS,
    fresh.map((entry) => eventRow(run, entry)),
  );
  await sql.run('UPDATE scan_run SET added = added + ? WHERE id = ?', [fresh.length, run]);
  if (cursor !== null) await moveCursor(sql, cursor);
  // Last: all who count messages of this hour wait for these rows until the commit.
  await addToHours(sql, fresh);
  const added = new Set(fresh.map((entry) => entry.identity));
  if (mayBeDone) for (const identity of await addedBefore(sql, run, entries, claimed)) added.add(identity);
  for (const identity of added) claimed.add(identity);
  const known = mode === 'once' ? [] : entries.filter((entry) => !added.has(entry.identity));
  return { added, changed: await judgeAgain(sql, known, server) };
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
