import type { DomainName } from '@unsent/dns';
import type { StoredFilter } from './ledger-filter.ts';
import { type Engine, integer, placeholders, type Row, type Sql, text } from './sql.ts';
import { type Cover, inRest } from './summary-cover.ts';
import { bySummaries } from './summary-questions.ts';
import type { Span } from './summary-rows.ts';

const HOURS_PER_DAY = 24;

/** What a day has of each, from rows of `hourly` or like these. */
export const DAY_SUMS = `sum(messages) AS messages,
  sum(CASE WHEN kind = 'bounce' THEN messages ELSE 0 END) AS bounces,
  sum(CASE WHEN backscatter = 'yes' THEN messages ELSE 0 END) AS backscatter`;

/** Sums up each day of a month for the domains that are hit most in it: of all others there are few hours to read. */
export async function sumUpDays(sql: Sql, id: number, { from, until }: Span, domains: number): Promise<void> {
  await sql.run(
    `INSERT INTO summary_day (summary, domain, day, messages, bounces, backscatter)
     SELECT CAST(? AS BIGINT), domain, hour / ${HOURS_PER_DAY}, ${DAY_SUMS} FROM hourly
     WHERE hour >= ? AND hour < ? AND domain IN
       (SELECT domain FROM summary_domain WHERE summary = ? ORDER BY messages DESC LIMIT ?)
     GROUP BY domain, hour / ${HOURS_PER_DAY}`,
    [id, from, until, id, domains],
  );
}

/** A row for each of these domains and each day, days in order; null where no summary fits. */
export function daysBySummaries(
  sql: Engine,
  filter: StoredFilter,
  domains: readonly DomainName[],
): Promise<readonly Row[] | null> {
  const work = async (inside: Sql, cover: Cover): Promise<readonly Row[]> => {
    const rows = [...(await ofDays(inside, cover, domains)), ...(await ofMonths(inside, cover, domains))];
    const order = (a: Row, b: Row): number =>
      integer(a, 'day') - integer(b, 'day') || (text(a, 'domain') < text(b, 'domain') ? -1 : 1);
    return rows.sort(order);
  };
  return bySummaries(sql, filter, null, work, 'single');
}

async function ofDays(sql: Sql, { summaries }: Cover, domains: readonly DomainName[]): Promise<readonly Row[]> {
  const days = new Map(summaries.filter(isDay).map(({ id, from }) => [id, from / HOURS_PER_DAY]));
  if (days.size === 0) return [];
  const rows = await sql.all(
    `SELECT summary, domain, messages, bounces, backscatter FROM summary_domain
     WHERE summary IN ${placeholders(days.size, 1)} AND domain IN ${placeholders(domains.length, 1)}`,
    [...days.keys(), ...domains],
  );
  return rows.map((row) => ({ ...row, day: days.get(integer(row, 'summary')) }));
}

/** What months do not hold of a domain, and what no summary holds, is read hour by hour. */
async function ofMonths(sql: Sql, cover: Cover, domains: readonly DomainName[]): Promise<readonly Row[]> {
  const months = cover.summaries.filter((one) => !isDay(one));
  const held =
    months.length === 0
      ? []
      : await sql.all(
          `SELECT summary, domain, day, messages, bounces, backscatter FROM summary_day
           WHERE summary IN ${placeholders(months.length, 1)} AND domain IN ${placeholders(domains.length, 1)}`,
          [...months.map(({ id }) => id), ...domains],
        );
  const isHeld = new Set(held.map((row) => `${integer(row, 'summary')} ${text(row, 'domain')}`));
  const rows = [...held];
  for (const domain of domains) {
    const rest = [...cover.rest, ...months.filter(({ id }) => !isHeld.has(`${id} ${domain}`))];
    const { where, values } = inRest({ summaries: [], rest }, 'hour');
    const read = await sql.all(
      `SELECT hour / ${HOURS_PER_DAY} AS day, domain, ${DAY_SUMS} FROM hourly WHERE domain = ? AND ${where}
       GROUP BY hour / ${HOURS_PER_DAY}, domain`,
      [domain, ...values],
    );
    for (const row of read) rows.push(row);
  }
  return rows;
}

function isDay({ from, until }: Span): boolean {
  return until - from === HOURS_PER_DAY;
}
