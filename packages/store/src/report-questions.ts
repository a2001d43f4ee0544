import { type DomainName, parseDomainName } from '@unsent/dns';
import { type OverviewLimits, overview, type StoredOverview } from './domain-totals.ts';
import { byGroups, condition, type NameCount, type StoredFilter } from './ledger-filter.ts';
import { hourOf } from './ledger-hours.ts';
import { dateOrNull, type Engine, integer, placeholders, type Row, text, textOrNull } from './sql.ts';
import { DAY_SUMS, daysBySummaries } from './summary-days.ts';
import { bySummaries, forgedBySummaries, hoursOf, listedNames, nameCount } from './summary-questions.ts';

/** One day (UTC); `domain` is null for messages that are about no domain of ours, and for the sums over all domains. */
export type StoredDay = {
  readonly day: Date;
  readonly domain: DomainName | null;
  readonly messages: number;
  readonly bounces: number;
  readonly backscatter: number;
};

/** A host or a network that handed mail in, and what SPF said of it, the most frequent result first. */
export type StoredInjector = { readonly name: string; readonly count: number; readonly spf: readonly NameCount[] };

export type StoredForgery = { readonly localPart: string; readonly domain: DomainName | null; readonly count: number };

/** Reports of one kind that receivers sent us. */
type StoredReports = { readonly count: number; readonly firstSeen: Date | null; readonly lastSeen: Date | null };

/** DMARC reports; `senders` are those that are known by name. */
export type StoredAggregateReports = StoredReports & { readonly senders: readonly NameCount[] };

/** One message as it is listed for people. */
export type StoredMessage = {
  readonly arrivedAt: Date;
  readonly kind: string;
  readonly backscatter: string;
  readonly isDecisive: boolean;
  readonly localPart: string | null;
  readonly reporter: string | null;
  readonly originIp: string | null;
  readonly originSpf: string | null;
  readonly evidence: readonly string[];
  readonly place: string;
  readonly messageId: string | null;
  readonly subject: string | null;
};

/** What only the report asks. Days are UTC; filters as for the other questions. */
export interface ReportQuestions {
  overview(filter: StoredFilter, limits: OverviewLimits): Promise<StoredOverview>;
  /** Sums over all domains, days in order; days without a message are left out. */
  totalsByDay(filter: StoredFilter): Promise<readonly StoredDay[]>;
  /** The same for each of `domains`. */
  totalsByDomainAndDay(filter: StoredFilter, domains: readonly DomainName[]): Promise<readonly StoredDay[]>;
  /** Backscatter about these domains in whole hours: the first that counts, and the first that no longer does. */
  backscatterBetween(domains: readonly DomainName[], since: Date, until: Date): Promise<number>;
  /** The hosts or networks that handed most of it in. */
  injectors(by: 'origin' | 'network', filter: StoredFilter, limit: number): Promise<readonly StoredInjector[]>;
  /** The addresses that were forged most. */
  forgedAddresses(filter: StoredFilter, limit: number): Promise<readonly StoredForgery[]>;
  aggregateReports(filter: StoredFilter, limit: number): Promise<StoredAggregateReports>;
  tlsReports(filter: StoredFilter): Promise<StoredReports>;
  /** Bounces and automatic answers about one domain, the newest first. */
  newestMessages(
    filter: StoredFilter & { readonly domain: DomainName },
    limit: number,
  ): Promise<readonly StoredMessage[]>;
}

const MS_PER_DAY = 86_400_000;
const HOURS_PER_DAY = 24;

/** The report's questions over an engine. */
export function reportQuestions(sql: Engine): ReportQuestions {
  return {
    overview: (filter, limits) => overview(sql, filter, limits),
    totalsByDay: async (filter) => {
      const sums = (from: string): string =>
        `SELECT hour / ${HOURS_PER_DAY} AS day, '' AS domain, ${DAY_SUMS} FROM ${from} GROUP BY 1 ORDER BY 1`;
      const summed = await bySummaries(sql, filter, null, (inside, cover) => {
        const hours = hoursOf(cover);
        return inside.all(sums(hours.from), hours.values);
      });
      const { where, values } = condition(filter, 'hourly');
      return (summed ?? (await sql.all(sums(`hourly ${where}`), values))).map(readDay);
    },
    totalsByDomainAndDay: async (filter, domains) => {
      if (domains.length === 0) return [];
      const summed = await daysBySummaries(sql, filter, domains);
      const { where, values } = condition(filter, 'hourly', `domain IN ${placeholders(domains.length, 1)}`);
      const days = `SELECT hour / ${HOURS_PER_DAY} AS day, domain, ${DAY_SUMS} FROM hourly ${where} GROUP BY 1, domain ORDER BY 1, domain`;
      return (summed ?? (await sql.all(days, [...values, ...domains]))).map(readDay);
    },
    backscatterBetween: async (domains, since, until) => {
      const [row] = await sql.all(
        `SELECT COALESCE(sum(messages), 0) AS n FROM hourly
         WHERE domain IN ${placeholders(domains.length, 1)} AND backscatter = 'yes' AND hour >= ? AND hour < ?`,
        [...domains, hourOf(since.getTime()), hourOf(until.getTime())],
      );
      return row === undefined ? 0 : integer(row, 'n');
    },
    injectors: (by, filter, limit) => injectors(sql, by, filter, limit),
    forgedAddresses: async (filter, limit) => {
      const summed = await forgedBySummaries(sql, filter, limit);
      if (summed !== null) return summed.map(readForgery);
      const { where, values } = condition(filter, byGroups(sql), 'local_part IS NOT NULL');
      const rows = await sql.all(
        `SELECT domain AS detail, local_part AS name, count(*) AS n FROM event ${where}
         GROUP BY domain, local_part ORDER BY n DESC, domain, local_part LIMIT ?`,
        [...values, limit],
      );
      return rows.map(readForgery);
    },
    aggregateReports: (filter, limit) => aggregateReports(sql, filter, limit),
    tlsReports: (filter) => reportsOf(sql, 'tls-report', filter),
    newestMessages: async (filter, limit) => {
      const { where, values } = condition(filter, 'event', "kind IN ('bounce', 'auto-reply')");
      const rows = await sql.all(
        `SELECT arrived_at, kind, backscatter, decisive, local_part, reporter, origin_ip, origin_spf, evidence, place,
           message_id, subject FROM event ${where} ORDER BY arrived_at DESC, id DESC LIMIT ?`,
        [...values, limit],
      );
      return rows.map(readMessage);
    },
  };
}

/** First who they are, then what SPF said of those few: as sums of the first walk that would cost several times as much. */
async function injectors(
  sql: Engine,
  by: 'origin' | 'network',
  filter: StoredFilter,
  limit: number,
): Promise<readonly StoredInjector[]> {
  const summed = await bySummaries(sql, filter, 'yes', async (inside, cover) => {
    const top = await listedNames(inside, cover, by, { most: limit });
    const names = top.map((row) => text(row, 'name'));
    const results = names.length === 0 ? [] : await listedNames(inside, cover, by, { names });
    // Where SPF was not asked there is no result.
    return withResults(
      top,
      results.filter((row) => text(row, 'detail') !== ''),
    );
  });
  return summed ?? countInjectors(sql, by, filter, limit);
}

async function countInjectors(
  sql: Engine,
  by: 'origin' | 'network',
  filter: StoredFilter,
  limit: number,
): Promise<readonly StoredInjector[]> {
  const { where, values } = condition(filter, byGroups(sql), 'network IS NOT NULL');
  // An address has one network, so both come in the order of one index.
  const [name, groups] = by === 'origin' ? ['origin_ip', 'network, origin_ip'] : ['network', 'network'];
  const top = await sql.all(
    `SELECT network, ${name} AS name, count(*) AS n FROM event ${where} GROUP BY ${groups} ORDER BY n DESC, name LIMIT ?`,
    [...values, limit],
  );
  if (top.length === 0) return [];
  const list = placeholders(top.length, 1);
  const told = condition(filter, byGroups(sql), `origin_spf IS NOT NULL AND network IN ${list} AND ${name} IN ${list}`);
  const results = await sql.all(
    `SELECT ${name} AS name, origin_spf AS detail, count(*) AS n FROM event ${told.where}
     GROUP BY ${groups}, origin_spf ORDER BY n DESC, origin_spf`,
    [...told.values, ...top.map((row) => text(row, 'network')), ...top.map((row) => text(row, 'name'))],
  );
  return withResults(top, results);
}

function withResults(top: readonly Row[], results: readonly Row[]): readonly StoredInjector[] {
  return top.map((row) => ({
    ...nameCount(row),
    spf: results
      .filter((one) => text(one, 'name') === text(row, 'name'))
      .map((one) => ({ name: text(one, 'detail'), count: integer(one, 'n') })),
  }));
}

async function aggregateReports(sql: Engine, filter: StoredFilter, limit: number): Promise<StoredAggregateReports> {
  const sums = await reportsOf(sql, 'report', filter);
  if (sums.count === 0) return { ...sums, senders: [] };
  const summed = await bySummaries(sql, filter, null, (inside, cover) =>
    listedNames(inside, cover, 'sender', { most: limit }),
  );
  const { where, values } = condition(filter, 'event', "kind = 'report' AND reporter IS NOT NULL");
  const rows =
    summed ??
    (await sql.all(
      `SELECT reporter AS name, count(*) AS n FROM event ${where} GROUP BY reporter ORDER BY n DESC, name LIMIT ?`,
      [...values, limit],
    ));
  return { ...sums, senders: rows.map(nameCount) };
}

async function reportsOf(sql: Engine, kind: 'report' | 'tls-report', filter: StoredFilter): Promise<StoredReports> {
  const sums = (from: string): string =>
    `SELECT COALESCE(sum(messages), 0) AS n, min(first_at) AS first_seen, max(last_at) AS last_seen FROM ${from}`;
  const summed = await bySummaries(sql, filter, null, (inside, cover) => {
    const hours = hoursOf(cover);
    return inside.all(`${sums(hours.from)} WHERE kind = '${kind}'`, hours.values);
  });
  const { where, values } = condition(filter, 'hourly', `kind = '${kind}'`);
  const [row] = summed ?? (await sql.all(sums(`hourly ${where}`), values));
  if (row === undefined) return { count: 0, firstSeen: null, lastSeen: null };
  return {
    count: integer(row, 'n'),
    firstSeen: dateOrNull(row, 'first_seen'),
    lastSeen: dateOrNull(row, 'last_seen'),
  };
}

function readForgery(row: Row): StoredForgery {
  return {
    localPart: text(row, 'name'),
    domain: parseDomainName(text(row, 'detail')),
    count: integer(row, 'n'),
  };
}

function readDay(row: Row): StoredDay {
  return {
    day: new Date(integer(row, 'day') * MS_PER_DAY),
    domain: parseDomainName(text(row, 'domain')),
    messages: integer(row, 'messages'),
    bounces: integer(row, 'bounces'),
    backscatter: integer(row, 'backscatter'),
  };
}

function readMessage(row: Row): StoredMessage {
  const evidence = text(row, 'evidence');
  return {
    arrivedAt: new Date(integer(row, 'arrived_at')),
    kind: text(row, 'kind'),
    backscatter: text(row, 'backscatter'),
    isDecisive: integer(row, 'decisive') === 1,
    localPart: textOrNull(row, 'local_part'),
    reporter: textOrNull(row, 'reporter'),
    originIp: textOrNull(row, 'origin_ip'),
    originSpf: textOrNull(row, 'origin_spf'),
    evidence: evidence === '' ? [] : evidence.split(' '),
    place: text(row, 'place'),
    messageId: textOrNull(row, 'message_id'),
    subject: textOrNull(row, 'subject'),
  };
}
