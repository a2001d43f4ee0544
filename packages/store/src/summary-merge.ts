import { MS_PER_HOUR, readForgottenHour } from './ledger-hours.ts';
import { type Engine, integer, type Sql } from './sql.ts';
import { type Cover, coverOf, readSummaries, type Summary } from './summary-cover.ts';
import { summedUp } from './summary-domains.ts';
import { hoursOf, namesOf, type SummaryList } from './summary-questions.ts';
import { addSummary, dropSummaries, monthsOf, type Span } from './summary-rows.ts';

const DAY_HOURS = 24;
/** Not those of forged addresses: a summary holds the most frequent ones alone, which cannot be added up. */
const LISTS: readonly SummaryList[] = ['reporter', 'origin', 'network', 'evidence', 'sender'];

/**
 * Adds up what summaries hold: of all months that are over, and of all days since. A report about all that is known then
 * reads each name twice instead of once for each month and day. Each in a transaction.
 */
export async function mergeSummaries(sql: Engine, signal: AbortSignal): Promise<void> {
  for (const span of await dueMerges(sql)) {
    if (signal.aborted) return;
    await sql.transaction(
      async (inside) => {
        await sql.server?.lockMonths(inside, monthsOf(span), 'alone');
        const usable = await readSummaries(inside);
        // Of several that end at once, one does it.
        if (isMerged(usable, span)) return;
        const old = await inside.all('SELECT id FROM summary WHERE merged = 1 AND from_hour >= ? AND until_hour <= ?', [
          span.from,
          span.until,
        ]);
        const time = { since: new Date(span.from * MS_PER_HOUR), until: new Date(span.until * MS_PER_HOUR) };
        await merge(inside, span, coverOf(usable, time));
        await dropSummaries(
          inside,
          old.map((row) => integer(row, 'id')),
        );
      },
      'soon',
      'summaries',
    );
  }
}

/**
 * The month in which events are being forgotten is made anew again and again, and with it whatever holds it: so what is
 * before it and what is behind it are added up apart.
 */
async function dueMerges(sql: Sql): Promise<readonly Span[]> {
  const usable = await readSummaries(sql);
  const single = usable.filter(({ isMerged: is }) => !is);
  const months = single.filter(({ from, until }) => until - from > DAY_HOURS);
  const monthsEnd = months.reduce((end, { until }) => Math.max(end, until), 0);
  const days = single.filter(({ from, until }) => until - from === DAY_HOURS && from >= monthsEnd);
  const forgotten = await readForgottenHour(sql);
  const groups = [
    months.filter(({ until }) => until <= forgotten),
    months.filter(({ from }) => from >= forgotten),
    days,
  ];
  return groups.flatMap((group) => {
    if (group.length < 2) return [];
    const span = {
      from: group.reduce((first, { from }) => Math.min(first, from), Number.POSITIVE_INFINITY),
      until: group.reduce((end, { until }) => Math.max(end, until), 0),
    };
    return isMerged(usable, span) ? [] : [span];
  });
}

function isMerged(usable: readonly Summary[], span: Span): boolean {
  return usable.some((one) => one.isMerged && one.from === span.from && one.until === span.until);
}

async function merge(sql: Sql, span: Span, cover: Cover): Promise<void> {
  const id = await addSummary(sql, span, true);
  const hours = hoursOf(cover);
  await sql.run(
    `INSERT INTO summary_hour (summary, hour, kind, backscatter, decisive, messages, first_at, last_at)
     SELECT CAST(? AS BIGINT), hour, kind, backscatter, decisive, sum(messages), min(first_at), max(last_at)
     FROM ${hours.from} GROUP BY hour, kind, backscatter, decisive`,
    [id, ...hours.values],
  );
  const domains = summedUp(cover, '1 = 1', []);
  // The first ones are read most: side by side.
  await sql.run(
    `INSERT INTO summary_domain (summary, domain, messages, bounces, backscatter, genuine, unknown, decisive, first_at, last_at)
     SELECT CAST(? AS BIGINT), domain, messages, bounces, backscatter, genuine, unknown, decisive, first_seen, last_seen
     FROM (${domains.select}) AS sums ORDER BY messages DESC`,
    [id, ...domains.values],
  );
  for (const list of LISTS) {
    const names = namesOf(cover, list);
    await sql.run(
      `INSERT INTO summary_name (summary, list, name, detail, messages)
       SELECT CAST(? AS BIGINT), '${list}', name, detail, sum(n) FROM (${names.select}) AS parts GROUP BY name, detail`,
      [id, ...names.values],
    );
  }
}
