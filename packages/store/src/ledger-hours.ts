import { integer, placeholders, type Sql, type SqlValue } from './sql.ts';

/** What an event adds to the sums of its hour. `domain` is null for none. */
export type HourlyEvent = {
  readonly arrivedAt: Date;
  readonly kind: string;
  readonly backscatter: string;
  readonly isDecisive: boolean;
  readonly domain: string | null;
};

/** The rows of one domain ('' for none) and one hour. */
export type EventHour = { readonly domain: string; readonly hour: number };

export const MS_PER_HOUR = 3_600_000;

/** Hours since 1970. */
export function hourOf(atMs: number): number {
  return Math.floor(atMs / MS_PER_HOUR);
}

const SUM_COLUMNS = 8;
/** Sums in one statement. */
const MAX_SUMS = 100;
const ADD_SUMS = [
  'INSERT INTO hourly (domain, hour, kind, backscatter, decisive, messages, first_at, last_at) VALUES',
  // CASE, because the smaller of two numbers is min(a, b) in SQLite and LEAST(a, b) in PostgreSQL.
  `ON CONFLICT (domain, hour, kind, backscatter, decisive) DO UPDATE SET
     messages = hourly.messages + excluded.messages,
     first_at = CASE WHEN excluded.first_at < hourly.first_at THEN excluded.first_at ELSE hourly.first_at END,
     last_at = CASE WHEN excluded.last_at > hourly.last_at THEN excluded.last_at ELSE hourly.last_at END`,
] as const;

/** Adds events to the sums of their hours. */
export async function addToHours(sql: Sql, entries: readonly HourlyEvent[]): Promise<void> {
  const sums = new Map<string, { readonly key: readonly SqlValue[]; messages: number; first: number; last: number }>();
  for (const entry of entries) {
    const at = entry.arrivedAt.getTime();
    const hour = hourOf(at);
    const key = [entry.domain ?? '', hour, entry.kind, entry.backscatter, entry.isDecisive ? 1 : 0];
    const sum = sums.get(key.join(' ')) ?? { key, messages: 0, first: at, last: at };
    sum.messages += 1;
    sum.first = Math.min(sum.first, at);
    sum.last = Math.max(sum.last, at);
    sums.set(key.join(' '), sum);
  }
  const ordered = [...sums.keys()].sort().flatMap((key) => sums.get(key) ?? []);
  const rows = ordered.map(({ key, messages, first, last }) => [...key, messages, first, last]);
  // In as few statements as can be: from the first one on, whoever counts in the same hours waits until the commit.
  for (let i = 0; i < rows.length; i += MAX_SUMS) {
    const some = rows.slice(i, i + MAX_SUMS);
    await sql.run(`${ADD_SUMS[0]} ${placeholders(SUM_COLUMNS, some.length)} ${ADD_SUMS[1]}`, some.flat());
  }
}

/** Makes the sums of these hours anew from their events: what was changed there cannot be taken out of a first and last. */
export async function sumAgain(sql: Sql, hours: readonly EventHour[]): Promise<void> {
  const distinct = new Map(hours.map((one) => [`${one.domain} ${one.hour}`, one]));
  for (const { domain, hour } of distinct.values()) {
    await sql.run('DELETE FROM hourly WHERE domain = ? AND hour = ?', [domain, hour]);
    await sql.run(
      `INSERT INTO hourly (domain, hour, kind, backscatter, decisive, messages, first_at, last_at)
       SELECT domain, CAST(? AS BIGINT), kind, backscatter, decisive, count(*), min(arrived_at), max(arrived_at)
       FROM event WHERE domain = ? AND arrived_at >= ? AND arrived_at < ?
       GROUP BY domain, kind, backscatter, decisive`,
      [hour, domain, hour * MS_PER_HOUR, (hour + 1) * MS_PER_HOUR],
    );
  }
}

/** Hours (since 1970) before this one were forgotten: their sums can no longer be made from events. */
export async function readForgottenHour(sql: Sql): Promise<number> {
  const [row] = await sql.all('SELECT before_hour FROM forgotten WHERE id = 1');
  return row === undefined ? 0 : integer(row, 'before_hour');
}
