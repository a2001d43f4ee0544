import { type DomainName, parseDomainName } from '@unsent/dns';
import { condition, type StoredFilter, type StoredTotals, sumsOf } from './ledger-filter.ts';
import { dateOrNull, type Engine, integer, type Row, type Sql, type SqlValue, text } from './sql.ts';
import { type Condition, type Cover, inRest, ofSummaries } from './summary-cover.ts';
import { firstDomains, summedUp } from './summary-domains.ts';
import { bySummaries, hoursOf } from './summary-questions.ts';

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
  /** Domains that are read of each summary, where that may be enough. */
  readonly taken?: number;
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

/** What a report says of all domains: a million of them need not leave the database. */
export async function overview(sql: Engine, filter: StoredFilter, limits: OverviewLimits): Promise<StoredOverview> {
  const few = await bySummaries(sql, filter, null, (inside, cover) => firstOf(inside, cover, limits));
  return few ?? fromSums(sql, filter, (inside, sums) => wholeOverview(inside, sums, limits));
}

/** By the domains that summaries hold first; null where these do not tell which are the first. */
async function firstOf(sql: Sql, cover: Cover, limits: OverviewLimits): Promise<StoredOverview | null> {
  const found = await firstDomains(sql, cover, limits.domains, limits.taken);
  if (found === null) return null;
  const totals = found.rows.map(readTotals);
  const attacked = [...totals]
    .filter(({ domain, backscatter }) => domain !== null && backscatter > 0)
    .sort((a, b) => b.backscatter - a.backscatter || byMessages(a, b))
    .slice(0, limits.attacked);
  const least = attacked[limits.attacked - 1]?.backscatter ?? 0;
  if (least < found.others) return null;
  const hours = hoursOf(cover);
  const [all] = await sql.all(
    `SELECT '' AS domain, COALESCE(sum(messages), 0) AS messages, ${COUNTS.slice(1)
      .map((name) => `COALESCE(sum(${name}), 0) AS ${name}`)
      .join(', ')}, min(first_seen) AS first_seen, max(last_seen) AS last_seen
     FROM (SELECT sum(messages) AS messages, ${sumsOf('messages')}, min(first_at) AS first_seen, max(last_at) AS last_seen
       FROM ${hours.from}) AS sums`,
    hours.values,
  );
  if (all === undefined) throw new Error('the database gave no sums');
  const below = await domainsBelow(sql, cover, limits.zones);
  return { all: withoutName(all), domains: totals.sort(byMessages).slice(0, limits.domains), attacked, below };
}

async function domainsBelow(sql: Sql, cover: Cover, zones: readonly DomainName[]): Promise<readonly DomainName[]> {
  if (zones.length === 0) return [];
  const { where, values } = below(zones);
  const [summed, rest] = [ofSummaries(cover), inRest(cover, 'hour')];
  const rows = await sql.all(
    `SELECT domain FROM summary_domain WHERE ${summed.where} AND ${where}
     UNION SELECT domain FROM hourly WHERE ${rest.where} AND ${where}`,
    [...summed.values, ...values, ...rest.values, ...values],
  );
  return rows.flatMap((row) => parseDomainName(text(row, 'domain')) ?? []);
}

function below(zones: readonly DomainName[]): Condition {
  if (zones.length === 0) return { where: '1 = 0', values: [] };
  return {
    where: `(${zones.map(() => 'domain LIKE ?').join(' OR ')})`,
    values: zones.map((zone) => `%.${zone}`),
  };
}

/** As the database orders them: names are ASCII. */
function byMessages(a: StoredTotals, b: StoredTotals): number {
  return b.messages - a.messages || ((a.domain ?? '') < (b.domain ?? '') ? -1 : 1);
}

/** One walk over the sums of all domains. */
async function wholeOverview(
  sql: Pick<Sql, 'all'>,
  { select, values }: Sums,
  limits: OverviewLimits,
): Promise<StoredOverview> {
  const isBelow = below(limits.zones);
  const rows = await sql.all(
    `WITH sums AS MATERIALIZED (${select}),
       all_of_them AS (SELECT ${COUNTS.map((name) => `COALESCE(sum(${name}), 0) AS ${name}`).join(', ')},
         min(first_seen) AS first_seen, max(last_seen) AS last_seen FROM sums),
       most AS (SELECT domain, ${COLUMNS} FROM sums ORDER BY messages DESC, domain LIMIT ?),
       attacked AS (SELECT domain, ${COLUMNS} FROM sums WHERE backscatter > 0 AND domain <> ''
         ORDER BY backscatter DESC, messages DESC, domain LIMIT ?)
     SELECT 'all' AS part, '' AS domain, ${COLUMNS} FROM all_of_them
     UNION ALL SELECT 'domains', domain, ${COLUMNS} FROM most
     UNION ALL SELECT 'attacked', domain, ${COLUMNS} FROM attacked
     UNION ALL SELECT 'below', domain, ${COLUMNS} FROM sums WHERE ${isBelow.where}`,
    [...values, limits.domains, limits.attacked, ...isBelow.values],
  );
  const part = (name: string): readonly Row[] => rows.filter((row) => row['part'] === name);
  const [all] = part('all');
  if (all === undefined) throw new Error('the database gave no sums');
  return {
    all: withoutName(all),
    domains: part('domains').map(readTotals),
    attacked: part('attacked').map(readTotals),
    below: part('below').flatMap((row) => parseDomainName(text(row, 'domain')) ?? []),
  };
}

function withoutName(row: Row): Omit<StoredTotals, 'domain'> {
  const { domain: _, ...sums } = readTotals(row);
  return sums;
}

type Sums = { readonly select: string; readonly values: readonly SqlValue[] };

/** Hands `work` a SELECT with a row for each domain: from summaries where they fit, else from hours or events. */
async function fromSums<T>(
  sql: Engine,
  filter: StoredFilter,
  work: (inside: Pick<Sql, 'all'>, sums: Sums) => Promise<T>,
): Promise<T> {
  const found = await bySummaries(sql, filter, null, async (inside, cover) => ({
    answer: await work(inside, summedUp(cover, '1 = 1', [])),
  }));
  if (found !== null) return found.answer;
  const { table, weight, first, last } = filter.run === null ? FROM_HOURS : FROM_EVENTS;
  const { where, values } = condition(filter, table);
  const sums = `sum(${weight}) AS messages, ${sumsOf(weight)}, min(${first}) AS first_seen, max(${last}) AS last_seen`;
  return work(sql, { select: `SELECT domain, ${sums} FROM ${table} ${where} GROUP BY domain`, values });
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
