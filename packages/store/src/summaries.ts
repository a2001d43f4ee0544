import { sumsOf } from './ledger-filter.ts';
import { MS_PER_HOUR } from './ledger-hours.ts';
import { type Engine, integer, type ServerParts, type Sql } from './sql.ts';
import { type HourRange, readSummaries, type Summary } from './summary-cover.ts';
import { sumUpDays } from './summary-days.ts';
import { mergeSummaries } from './summary-merge.ts';
import { listOfEvents, type SummaryList } from './summary-questions.ts';
import { addSummary, dropSummaries, monthsOf, type Span } from './summary-rows.ts';

const HOURS_PER_DAY = 24;
const MS_PER_DAY = 86_400_000;
/** A ledger with fewer messages is read as it is: summaries would cost more than they save. */
const LEDGER_MESSAGES = 2_000_000;
/** Mail of a day is read late: a day is summed up so much later than it ends, a month still later. */
const DAY_LAG_MS = 3 * MS_PER_HOUR;
const MONTH_LAG_MS = 3 * MS_PER_DAY;
/** So long days are held beside their month, for a time that begins or ends within it. */
const DAYS_KEPT = 62;
const LISTS: readonly SummaryList[] = ['reporter', 'origin', 'network', 'evidence', 'sender', 'forged'];
/** Forged addresses that a summary holds. */
const FORGED_ADDRESSES = 10_000;
/** Domains of which a month holds each day. A report shows the days of a dozen. */
const DAY_DOMAINS = 1000;

/** What there is to sum up, and how. */
export type SummaryOptions = {
  readonly now: Date;
  readonly signal: AbortSignal;
  /** Ledgers with fewer messages are left alone. */
  readonly ledgerMessages?: number;
  /** Forged addresses that a summary holds. */
  readonly forgedAddresses?: number;
  /** Domains of which a month holds each day. */
  readonly dayDomains?: number;
};

/**
 * Sums up the days and months that are over and are not summed up yet, each in a transaction, and adds these up; resolves to
 * how many days and months these were.
 */
export async function summarise(sql: Engine, options: SummaryOptions): Promise<number> {
  const [row] = await sql.all('SELECT COALESCE(sum(added), 0) AS n FROM scan_run');
  if (row === undefined || integer(row, 'n') < (options.ledgerMessages ?? LEDGER_MESSAGES)) return 0;
  let made = 0;
  const daysFrom = firstKeptHour(options.now);
  for (const span of await dueSpans(sql, options.now)) {
    if (options.signal.aborted) break;
    const isMade = await sql.transaction(
      async (inside) => {
        // Of several that end at once, one does it.
        if (isHeld(await readSingle(inside), span)) return false;
        await sql.server?.lockMonths(inside, monthsOf(span), 'alone');
        await dropOld(inside, span, daysFrom);
        await sumUp(inside, span, options);
        return true;
      },
      'soon',
      'summaries',
    );
    if (isMade) made++;
  }
  await mergeSummaries(sql, options.signal);
  return made;
}

/** Months before days, of those that have a message; nothing that has a summary which is usable. */
async function dueSpans(sql: Sql, now: Date): Promise<readonly Span[]> {
  const done = await readSingle(sql);
  const daysFrom = firstKeptHour(now);
  const days = await daysWithMessages(sql, done, daysFrom);
  const months = new Map<number, Span>();
  const single: Span[] = [];
  for (const day of [...days].sort((a, b) => a - b)) {
    const month = monthOf(day);
    const span = { from: day * HOURS_PER_DAY, until: (day + 1) * HOURS_PER_DAY };
    if (isOver(month, now, MONTH_LAG_MS)) months.set(month.from, month);
    if (span.from >= daysFrom && isOver(span, now, DAY_LAG_MS)) single.push(span);
  }
  return [...months.values(), ...single].filter((span) => !isHeld(done, span));
}

async function readSingle(sql: Sql): Promise<readonly Summary[]> {
  return (await readSummaries(sql)).filter(({ isMerged }) => !isMerged);
}

async function daysWithMessages(sql: Sql, done: readonly Summary[], daysFrom: number): Promise<ReadonlySet<number>> {
  const days = new Set<number>();
  for (const { from, until } of gapsOf(done)) {
    const rows = await sql.all(
      `SELECT DISTINCT hour / ${HOURS_PER_DAY} AS day FROM hourly
       WHERE hour >= COALESCE(?, 0) AND (CAST(? AS BIGINT) IS NULL OR hour < ?)`,
      [from, until, until],
    );
    for (const row of rows) days.add(integer(row, 'day'));
  }
  // What is in the summary of a month, or of a day, may still lack the other.
  const rows = await sql.all(
    `SELECT DISTINCT hour / ${HOURS_PER_DAY} AS day FROM summary_hour JOIN summary ON summary.id = summary
     WHERE stale = 0 AND hour >= ?`,
    [daysFrom],
  );
  for (const row of rows) days.add(integer(row, 'day'));
  for (const { from, until } of done) if (until - from === HOURS_PER_DAY) days.add(from / HOURS_PER_DAY);
  return days;
}

/** Days before this hour have no summary of their own any more. */
function firstKeptHour(now: Date): number {
  return (Math.floor(now.getTime() / MS_PER_DAY) - DAYS_KEPT) * HOURS_PER_DAY;
}

function isHeld(done: readonly Summary[], span: Span): boolean {
  return done.some(({ from, until }) => from === span.from && until === span.until);
}

function gapsOf(done: readonly Summary[]): readonly HourRange[] {
  const gaps: HourRange[] = [];
  let at: number | null = null;
  for (const { from, until } of [...done].sort((a, b) => a.from - b.from || b.until - a.until)) {
    if (at === null || from > at) gaps.push({ from: at, until: from });
    at = Math.max(at ?? until, until);
  }
  return [...gaps, { from: at, until: null }];
}

function isOver({ until }: Span, now: Date, lagMs: number): boolean {
  return until * MS_PER_HOUR + lagMs <= now.getTime();
}

function monthOf(day: number): Span {
  const at = new Date(day * MS_PER_DAY);
  const first = (month: number): number => Date.UTC(at.getUTCFullYear(), month, 1) / MS_PER_HOUR;
  return { from: first(at.getUTCMonth()), until: first(at.getUTCMonth() + 1) };
}

/** What is stale in that time, and days that are too long ago. */
async function dropOld(sql: Sql, { from, until }: Span, daysFrom: number): Promise<void> {
  const old = await sql.all(
    `SELECT id FROM summary WHERE merged = 0 AND ((stale = 1 AND from_hour >= ? AND until_hour <= ?)
     OR (until_hour - from_hour = ${HOURS_PER_DAY} AND until_hour <= ?))`,
    [from, until, daysFrom],
  );
  await dropSummaries(
    sql,
    old.map((row) => integer(row, 'id')),
  );
}

async function sumUp(sql: Sql, { from, until }: Span, options: SummaryOptions): Promise<void> {
  const id = await addSummary(sql, { from, until }, false);
  await sql.run(
    `INSERT INTO summary_hour (summary, hour, kind, backscatter, decisive, messages, first_at, last_at)
     SELECT CAST(? AS BIGINT), hour, kind, backscatter, decisive, sum(messages), min(first_at), max(last_at) FROM hourly
     WHERE hour >= ? AND hour < ? GROUP BY hour, kind, backscatter, decisive`,
    [id, from, until],
  );
  await sql.run(
    `INSERT INTO summary_domain (summary, domain, messages, bounces, backscatter, genuine, unknown, decisive, first_at, last_at)
     SELECT CAST(? AS BIGINT), domain, sum(messages), ${sumsOf('messages')}, min(first_at), max(last_at)
     FROM hourly WHERE hour >= ? AND hour < ? GROUP BY domain`,
    [id, from, until],
  );
  if (until - from > HOURS_PER_DAY) await sumUpDays(sql, id, { from, until }, options.dayDomains ?? DAY_DOMAINS);
  await listNames(sql, id, { from, until }, options.forgedAddresses ?? FORGED_ADDRESSES);
}

async function listNames(sql: Sql, id: number, { from, until }: Span, forgedAddresses: number): Promise<void> {
  const time = [from * MS_PER_HOUR, until * MS_PER_HOUR];
  for (const list of LISTS) {
    const most = list === 'forged' ? 'ORDER BY n DESC, detail, name LIMIT ?' : '';
    await sql.run(
      `INSERT INTO summary_name (summary, list, name, detail, messages)
       SELECT CAST(? AS BIGINT), '${list}', name, detail, n
       FROM (${listOfEvents(list, 'arrived_at >= ? AND arrived_at < ?')} ${most}) AS listed`,
      [id, ...time, ...(list === 'forged' ? [forgedAddresses + 1] : [])],
    );
  }
  // The last of them only tells how many messages one that is left out may have.
  const kept = await sql.all(
    "SELECT messages FROM summary_name WHERE summary = ? AND list = 'forged' ORDER BY messages DESC LIMIT ?",
    [id, forgedAddresses + 1],
  );
  const last = kept[forgedAddresses];
  if (last !== undefined)
    await sql.run('UPDATE summary SET left_out = ? WHERE id = ?', [integer(last, 'messages'), id]);
}

/**
 * Called before events of these hours change, in the same transaction: what sums them up is no longer used. On a server
 * nobody sums them up meanwhile.
 */
export async function touchHours(sql: Sql, hours: readonly number[], server: ServerParts | null): Promise<void> {
  if (hours.length === 0) return;
  const spans = hours.map((hour) => ({ from: hour, until: hour + 1 }));
  await server?.lockMonths(sql, [...new Set(spans.flatMap(monthsOf))], 'shared');
  const earliest = hours.reduce((a, b) => Math.min(a, b));
  const rows = await sql.all('SELECT id, from_hour, until_hour FROM summary WHERE until_hour > ? AND stale = 0', [
    earliest,
  ]);
  const touched = rows.filter((row) => {
    const [from, until] = [integer(row, 'from_hour'), integer(row, 'until_hour')];
    return hours.some((hour) => hour >= from && hour < until);
  });
  for (const row of touched) await sql.run('UPDATE summary SET stale = 1 WHERE id = ?', [integer(row, 'id')]);
}

/** After the events before `hour` went: nothing is listed of them any more; the sums by domain and hour stay. */
export async function forgetNames(sql: Sql, hour: number): Promise<void> {
  await sql.run('UPDATE summary SET stale = 1 WHERE from_hour < ? AND until_hour > ?', [hour, hour]);
  await sql.run('DELETE FROM summary_name WHERE summary IN (SELECT id FROM summary WHERE until_hour <= ?)', [hour]);
  await sql.run('UPDATE summary SET left_out = 0 WHERE until_hour <= ?', [hour]);
}
