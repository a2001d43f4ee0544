import type { NameCount, StoredFilter } from './ledger-filter.ts';
import { type Engine, integer, placeholders, type Row, type Sql, type SqlValue, text } from './sql.ts';
import { type Cover, coverOf, inRest, ofSummaries, readSummaries } from './summary-cover.ts';

/** A list that summaries hold: how an event's name and what belongs to it are read, and which events count. */
const EVENTS_OF = {
  reporter: { name: 'reporter', detail: "''", which: "backscatter = 'yes' AND reporter IS NOT NULL" },
  origin: {
    name: 'origin_ip',
    detail: "COALESCE(origin_spf, '')",
    which: "backscatter = 'yes' AND network IS NOT NULL AND origin_ip IS NOT NULL",
  },
  network: {
    name: 'network',
    detail: "COALESCE(origin_spf, '')",
    which: "backscatter = 'yes' AND network IS NOT NULL",
  },
  evidence: { name: 'evidence', detail: "''", which: "backscatter = 'yes' AND evidence <> ''" },
  sender: { name: 'reporter', detail: "''", which: "kind = 'report' AND reporter IS NOT NULL" },
  forged: { name: 'local_part', detail: 'domain', which: "backscatter = 'yes' AND local_part IS NOT NULL" },
} as const;

export type SummaryList = keyof typeof EVENTS_OF;

/** `SELECT` of a list from events: name, detail and count as columns `name`, `detail`, `n`. */
export function listOfEvents(list: SummaryList, where: string): string {
  const { name, detail, which } = EVENTS_OF[list];
  return `SELECT ${name} AS name, ${detail} AS detail, count(*) AS n FROM event WHERE ${which} AND ${where}
    GROUP BY 1, 2`;
}

/**
 * Answers a question about all domains by summaries, as they are at one moment; null where none fits, or the question
 * is about a run, a domain, or other verdicts than `backscatter`. `which`: 'single' are those that were not added up.
 */
export async function bySummaries<T>(
  sql: Engine,
  filter: StoredFilter,
  backscatter: 'yes' | null,
  work: (inside: Sql, cover: Cover) => Promise<T>,
  which: 'all' | 'single' = 'all',
): Promise<T | null> {
  const read = async (from: Sql): Promise<Cover> => {
    const usable = await readSummaries(from);
    return coverOf(which === 'all' ? usable : usable.filter(({ isMerged }) => !isMerged), filter);
  };
  if (filter.run !== null || filter.domain !== null || filter.backscatter !== backscatter) return null;
  // Most ledgers have none, and then nothing else is asked.
  if ((await read(sql)).summaries.length === 0) return null;
  return sql.snapshot(async (inside) => {
    const cover = await read(inside);
    return cover.summaries.length === 0 ? null : work(inside, cover);
  });
}

/** Rows as `hourly` has them, but for the domain: the sums of each hour. */
export function hoursOf(cover: Cover): { readonly from: string; readonly values: readonly SqlValue[] } {
  const columns = 'hour, kind, backscatter, decisive, messages, first_at, last_at';
  const [summed, rest] = [ofSummaries(cover), inRest(cover, 'hour')];
  return {
    from: `(SELECT ${columns} FROM summary_hour WHERE ${summed.where}
      UNION ALL SELECT ${columns} FROM hourly WHERE ${rest.where}) AS hours`,
    values: [...summed.values, ...rest.values],
  };
}

/** The names of a list with their counts. `most`: the first so many; `names`: only these, with their details. */
export async function listedNames(
  sql: Sql,
  cover: Cover,
  list: SummaryList,
  only: { readonly most: number } | { readonly names: readonly string[] },
): Promise<readonly Row[]> {
  const { select: all, values } = namesOf(cover, list);
  if ('most' in only) {
    return sql.all(`SELECT name, sum(n) AS n FROM (${all}) AS parts GROUP BY name ORDER BY n DESC, name LIMIT ?`, [
      ...values,
      only.most,
    ]);
  }
  return sql.all(
    `SELECT name, detail, sum(n) AS n FROM (${all}) AS parts WHERE name IN ${placeholders(only.names.length, 1)}
     GROUP BY name, detail ORDER BY n DESC, detail`,
    [...values, ...only.names],
  );
}

/** Rows of a list, several for a name where it is in several summaries. */
export function namesOf(
  cover: Cover,
  list: SummaryList,
): { readonly select: string; readonly values: readonly SqlValue[] } {
  const [summed, rest] = [ofSummaries(cover), inRest(cover, 'arrived_at')];
  return {
    select: `SELECT name, detail, messages AS n FROM summary_name WHERE list = '${list}' AND ${summed.where}
      UNION ALL ${listOfEvents(list, rest.where)}`,
    values: [...summed.values, ...rest.values],
  };
}

/** A row of `listedNames`. */
export function nameCount(row: Row): NameCount {
  return { name: text(row, 'name'), count: integer(row, 'n') };
}

/** More addresses than this are counted with all others. */
const MAX_DOUBTFUL = 500;

/** The addresses that were forged most, as `mostForged`; null where no summary fits, or too many are in doubt. */
export function forgedBySummaries(sql: Engine, filter: StoredFilter, limit: number): Promise<readonly Row[] | null> {
  return bySummaries(sql, filter, 'yes', (inside, cover) => mostForged(inside, cover, limit), 'single');
}

/**
 * The addresses that were forged most: rows with `name` (the local part), `detail` (the domain) and `n`.
 *
 * A summary holds only the most frequent ones. What it does not hold came up at most `leftOut` times in it, so that an
 * address can be told to be among the first, or not to be, from what is held (Fagin's threshold algorithm); the few that
 * are in doubt are counted. Null when too many are: then all must be counted.
 */
async function mostForged(sql: Sql, cover: Cover, limit: number): Promise<readonly Row[] | null> {
  const [summed, rest] = [ofSummaries(cover), inRest(cover, 'arrived_at')];
  const held = `SELECT name, detail, messages AS n, summary.left_out AS known FROM summary_name
      JOIN summary ON summary.id = summary WHERE list = 'forged' AND ${summed.where}
    UNION ALL SELECT name, detail, n, 0 FROM (${listOfEvents('forged', rest.where)}) AS live`;
  // What an address may have beyond `n`: all that summaries left out, but for those that hold it.
  const mayHave = cover.summaries.reduce((sum, { leftOut }) => sum + leftOut, 0);
  const sums = `SELECT name, detail, sum(n) AS n, CAST(? AS BIGINT) - sum(known) AS doubt FROM (${held}) AS parts
    GROUP BY name, detail`;
  const values = [mayHave, ...summed.values, ...rest.values];
  // Those that may have as many as the last of the first ones has for certain.
  const candidates = await sql.all(
    `WITH sums AS MATERIALIZED (${sums})
     SELECT name, detail, n, doubt FROM sums
     WHERE n + doubt >= COALESCE((SELECT n FROM sums ORDER BY n DESC LIMIT 1 OFFSET ?), 0)
     ORDER BY n DESC, detail, name LIMIT ?`,
    [...values, limit - 1, Math.max(MAX_DOUBTFUL, limit) + 1],
  );
  const last = candidates[limit - 1];
  const atLeast = last === undefined ? 0 : integer(last, 'n');
  if (mayHave > 0 && atLeast <= mayHave) return null;
  if (candidates.length > MAX_DOUBTFUL && mayHave > 0) return null;
  const counted: Row[] = [];
  for (const row of candidates) counted.push(integer(row, 'doubt') === 0 ? row : await countForged(sql, row, cover));
  return counted.sort(byCount).slice(0, limit);
}

/** Only where a summary does not hold it, and left out something, there may be more than is known. */
async function countForged(sql: Sql, row: Row, cover: Cover): Promise<Row> {
  const name = [text(row, 'detail'), text(row, 'name')];
  const summed = ofSummaries(cover);
  const held = await sql.all(
    `SELECT summary FROM summary_name WHERE list = 'forged' AND detail = ? AND name = ? AND ${summed.where}`,
    [...name, ...summed.values],
  );
  const holding = new Set(held.map((one) => integer(one, 'summary')));
  const rest = cover.summaries.filter(({ id, leftOut }) => leftOut > 0 && !holding.has(id));
  const time = inRest({ summaries: [], rest }, 'arrived_at');
  const [found] = await sql.all(
    `SELECT count(*) AS n FROM event WHERE domain = ? AND local_part = ? AND backscatter = 'yes' AND ${time.where}`,
    [...name, ...time.values],
  );
  return { ...row, n: integer(row, 'n') + (found === undefined ? 0 : integer(found, 'n')) };
}

/** Most first, then by domain and local part, byte by byte as the database compares. */
function byCount(a: Row, b: Row): number {
  return (
    integer(b, 'n') - integer(a, 'n') ||
    Buffer.compare(Buffer.from(text(a, 'detail')), Buffer.from(text(b, 'detail'))) ||
    Buffer.compare(Buffer.from(text(a, 'name')), Buffer.from(text(b, 'name')))
  );
}
