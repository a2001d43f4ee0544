import { sumsOf } from './ledger-filter.ts';
import { integer, placeholders, type Row, type Sql, type SqlValue, text } from './sql.ts';
import { type Cover, inRest, ofSummaries } from './summary-cover.ts';

/** Domains whose totals are exact and that hold the first ones; `others` have fewer messages than this, each. */
export type FirstDomains = { readonly rows: readonly Row[]; readonly others: number };

/** Domains that are taken from each summary. */
const TAKEN = 5_000;
/** More than this are not looked up one by one. */
const MAX_CANDIDATES = 10_000;

/**
 * The domains with the most messages, without a walk over all of a million.
 *
 * Of each summary only the first `taken` are read. A domain that is not among them has at most as many messages there as
 * the last of them, so that it can be told which ones may be among the first (Fagin's threshold algorithm); these are
 * looked up. Null where too many may: then the sums of all must be made.
 */
export async function firstDomains(
  sql: Sql,
  cover: Cover,
  limit: number,
  taken: number = TAKEN,
): Promise<FirstDomains | null> {
  const found = await takenDomains(sql, cover, taken);
  const most = [...found.messages.values()].sort((a, b) => b - a);
  const last = most[limit - 1] ?? 0;
  if (last <= found.mayHave && found.mayHave > 0) return null;
  const candidates = [...found.messages].filter(([, messages]) => messages + found.mayHave >= last);
  if (candidates.length > MAX_CANDIDATES) return null;
  const names = candidates.map(([name]) => name);
  return { rows: names.length === 0 ? [] : await totalsOf(sql, cover, names), others: last };
}

async function takenDomains(sql: Sql, cover: Cover, taken: number) {
  const messages = new Map<string, number>();
  let mayHave = 0;
  const add = (row: Row): void => {
    const name = text(row, 'domain');
    messages.set(name, (messages.get(name) ?? 0) + integer(row, 'messages'));
  };
  for (const { id } of cover.summaries) {
    const rows = await sql.all(
      'SELECT domain, messages FROM summary_domain WHERE summary = ? ORDER BY messages DESC LIMIT ?',
      [id, taken],
    );
    rows.forEach(add);
    const least = rows.at(-1);
    if (least !== undefined && rows.length === taken) mayHave += integer(least, 'messages');
  }
  const rest = inRest(cover, 'hour');
  const live = await sql.all(
    `SELECT domain, sum(messages) AS messages FROM hourly WHERE ${rest.where} GROUP BY domain`,
    rest.values,
  );
  live.forEach(add);
  return { messages, mayHave };
}

const COUNTS = ['messages', 'bounces', 'backscatter', 'genuine', 'unknown', 'decisive'] as const;

function totalsOf(sql: Sql, cover: Cover, names: readonly string[]): Promise<readonly Row[]> {
  const { select, values } = summedUp(cover, `domain IN ${placeholders(names.length, 1)}`, names);
  return sql.all(select, values);
}

/** A row for each domain with its totals, from summaries and what they do not hold. */
export function summedUp(
  cover: Cover,
  which: string,
  given: readonly SqlValue[],
): { readonly select: string; readonly values: readonly SqlValue[] } {
  const [summed, rest] = [ofSummaries(cover), inRest(cover, 'hour')];
  const select = `SELECT domain, ${COUNTS.map((name) => `sum(${name}) AS ${name}`).join(', ')},
      min(first_at) AS first_seen, max(last_at) AS last_seen
    FROM (SELECT domain, ${COUNTS.join(', ')}, first_at, last_at FROM summary_domain WHERE ${summed.where} AND ${which}
      UNION ALL
      SELECT domain, sum(messages), ${sumsOf('messages')}, min(first_at), max(last_at) FROM hourly
      WHERE ${rest.where} AND ${which} GROUP BY domain) AS parts
    GROUP BY domain`;
  return { select, values: [...summed.values, ...given, ...rest.values, ...given] };
}
