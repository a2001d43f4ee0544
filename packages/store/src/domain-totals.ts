import { type DomainName, parseDomainName } from '@unsent/dns';
import { condition, type StoredFilter, type StoredTotals, sumsOf } from './ledger-filter.ts';
import { dateOrNull, type Engine, integer, type Row, type Sql, type SqlValue, text } from './sql.ts';
import { type Cover, inRest, ofSummaries } from './summary-cover.ts';
import { bySummaries } from './summary-questions.ts';

/** What a report says of many domains without reading all of them. */
export type StoredOverview = {
  /** Over all domains. */
  readonly all: Omit<StoredTotals, 'domain'>;
  /** Those with the most messages. */
  readonly domains: readonly StoredTotals[];
  /** Those of ours with the most backscatter; none without. */
  readonly attacked: readonly StoredTotals[];
  /** Those that may lie below one of the asked zones: all that do, and few others. */
  readonly below: readonly DomainName[];
};

/** How much of it is wanted. */
export type OverviewLimits = {
  readonly domains: number;
  readonly attacked: number;
  readonly zones: readonly DomainName[];
};

/** Sums of hours, or of single events where a run is named: the hours do not know runs. */
const FROM_HOURS = { table: 'hourly', weight: 'messages', first: 'first_at', last: 'last_at' } as const;
const FROM_EVENTS = { table: 'event', weight: '1', first: 'arrived_at', last: 'arrived_at' } as const;
const COUNTS = ['messages', 'bounces', 'backscatter', 'genuine', 'unknown', 'decisive'] as const;
const COLUMNS = `${COUNTS.join(', ')}, first_seen, last_seen`;

/** One row per domain, most messages first. */
export function totalsByDomain(sql: Engine, filter: StoredFilter): Promise<readonly StoredTotals[]> {
  return fromSums(sql, filter, async (inside, { select, values }) => {
    const rows = await inside.all(`${select} ORDER BY messages DESC, domain`, values);
    return rows.map(readTotals);
  });
}

/** One walk over the sums of all domains: a million of them need not leave the database. */
export function overview(sql: Engine, filter: StoredFilter, limits: OverviewLimits): Promise<StoredOverview> {
  const zones = limits.zones.map((zone) => `%.${zone}`);
  const isBelow = zones.length === 0 ? '1 = 0' : `(${zones.map(() => 'domain LIKE ?').join(' OR ')})`;
  return fromSums(sql, filter, async (inside, { select, values }) => {
    const rows = await inside.all(
      `WITH sums AS MATERIALIZED (${select}),
         all_of_them AS (SELECT ${COUNTS.map((name) => `COALESCE(sum(${name}), 0) AS ${name}`).join(', ')},
           min(first_seen) AS first_seen, max(last_seen) AS last_seen FROM sums),
         most AS (SELECT domain, ${COLUMNS} FROM sums ORDER BY messages DESC, domain LIMIT ?),
         attacked AS (SELECT domain, ${COLUMNS} FROM sums WHERE backscatter > 0 AND domain <> ''
           ORDER BY backscatter DESC, messages DESC, domain LIMIT ?)
       SELECT 'all' AS part, '' AS domain, ${COLUMNS} FROM all_of_them
       UNION ALL SELECT 'domains', domain, ${COLUMNS} FROM most
       UNION ALL SELECT 'attacked', domain, ${COLUMNS} FROM attacked
       UNION ALL SELECT 'below', domain, ${COLUMNS} FROM sums WHERE ${isBelow}`,
      [...values, limits.domains, limits.attacked, ...zones],
    );
    const part = (name: string): readonly Row[] => rows.filter((row) => row['part'] === name);
    const [all] = part('all').map(readTotals);
    if (all === undefined) throw new Error('the database gave no sums');
    const { domain: _, ...sums } = all;
    return {
      all: sums,
      domains: part('domains').map(readTotals),
      attacked: part('attacked').map(readTotals),
      below: part('below').flatMap((row) => parseDomainName(text(row, 'domain')) ?? []),
    };
  });
}

type Sums = { readonly select: string; readonly values: readonly SqlValue[] };

/** Hands `work` a SELECT with a row for each domain: from summaries where they fit, else from hours or events. */
async function fromSums<T>(
  sql: Engine,
  filter: StoredFilter,
  work: (inside: Pick<Sql, 'all'>, sums: Sums) => Promise<T>,
): Promise<T> {
  const found = await bySummaries(sql, filter, null, async (inside, cover) => ({
    answer: await work(inside, summedUp(cover)),
  }));
  if (found !== null) return found.answer;
  const { table, weight, first, last } = filter.run === null ? FROM_HOURS : FROM_EVENTS;
  const { where, values } = condition(filter, table);
  const sums = `sum(${weight}) AS messages, ${sumsOf(weight)}, min(${first}) AS first_seen, max(${last}) AS last_seen`;
  return work(sql, { select: `SELECT domain, ${sums} FROM ${table} ${where} GROUP BY domain`, values });
}

function summedUp(cover: Cover): Sums {
  const [summed, rest] = [ofSummaries(cover), inRest(cover, 'hour')];
  const select = `SELECT domain, ${COUNTS.map((name) => `sum(${name}) AS ${name}`).join(', ')},
      min(first_at) AS first_seen, max(last_at) AS last_seen
    FROM (SELECT domain, ${COUNTS.join(', ')}, first_at, last_at FROM summary_domain WHERE ${summed.where}
      UNION ALL
      SELECT domain, sum(messages), ${sumsOf('messages')}, min(first_at), max(last_at) FROM hourly
      WHERE ${rest.where} GROUP BY domain) AS parts
    GROUP BY domain`;
  return { select, values: [...summed.values, ...rest.values] };
}

function readTotals(row: Row): StoredTotals {
  return {
    domain: parseDomainName(text(row, 'domain')),
    messages: integer(row, 'messages'),
    bounces: integer(row, 'bounces'),
    backscatter: integer(row, 'backscatter'),
    genuine: integer(row, 'genuine'),
    unknown: integer(row, 'unknown'),
    decisive: integer(row, 'decisive'),
    firstSeen: dateOrNull(row, 'first_seen'),
    lastSeen: dateOrNull(row, 'last_seen'),
  };
}
