import { EVENT_COLUMNS, eventRow, fromHex, type StoredEntry, toHex, VALUES_PER_LOOKUP } from './event-row.ts';
import { type EventHour, hourOf, readForgottenHour, sumAgain } from './ledger-hours.ts';
import { bytes, integer, placeholders, type Row, type ServerParts, type Sql, text } from './sql.ts';
import { touchHours } from './summaries.ts';

/** What judging again may change. */
const VERDICT_COLUMNS = EVENT_COLUMNS.filter(
  (column) => !['run', 'arrived_at', 'identity', 'source', 'place'].includes(column),
);

/** Writes new verdicts over old ones; when and where a message was first seen stays. Resolves to how many differ. */
export async function judgeAgain(
  sql: Sql,
  entries: readonly StoredEntry[],
  server: ServerParts | null,
): Promise<number> {
  const found = await eventsOf(sql, entries);
  const forgotten = found.size === 0 ? 0 : await readForgottenHour(sql);
  const changes = entries.flatMap((entry) => {
    const old = found.get(entry.identity);
    if (old === undefined || isSame(old, entry)) return [];
    found.delete(entry.identity);
    const hour = hourOf(integer(old, 'arrived_at'));
    // An event that waits to be forgotten: the sums of its hour hold more than the events that are left.
    return hour < forgotten ? [] : [{ old, entry, hour }];
  });
  await touchHours(
    sql,
    changes.map(({ hour }) => hour),
    server,
  );
  const hours: EventHour[] = [];
  for (const { old, entry, hour } of changes) {
    const row = eventRow(0, entry);
    const values = VERDICT_COLUMNS.map((column) => row[EVENT_COLUMNS.indexOf(column)] ?? null);
    await sql.run(
      `UPDATE event SET ${VERDICT_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE id = ? AND arrived_at = ?`,
      [...values, integer(old, 'id'), integer(old, 'arrived_at')],
    );
    hours.push({ domain: text(old, 'domain'), hour }, { domain: entry.domain ?? '', hour });
  }
  await sumAgain(sql, hours);
  return changes.length;
}

/** The events of messages that are known. An event is found by its time, which has an index, and then by identity. */
export async function eventsOf(sql: Sql, entries: readonly StoredEntry[]): Promise<Map<string, Row>> {
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
