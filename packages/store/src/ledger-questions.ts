import type { DomainName } from '@unsent/dns';
import { totalsByDomain } from './domain-totals.ts';
import { type Engine, integer, type Sql, type SqlValue, text } from './sql.ts';
import { bySummaries, listedNames, nameCount } from './summary-questions.ts';

/** Which entries a question is about. Null means no bound. */
export type StoredFilter = {
  readonly run: number | null;
  readonly domain: DomainName | null;
  readonly backscatter: string | null;
  readonly since: Date | null;
  readonly until: Date | null;
};

export type StoredTotals = {
  readonly domain: DomainName | null;
  readonly messages: number;
  readonly bounces: number;
  readonly backscatter: number;
  readonly genuine: number;
  readonly unknown: number;
  readonly decisive: number;
  readonly firstSeen: Date | null;
  readonly lastSeen: Date | null;
};

export type StoredHour = {
  readonly hour: Date;
  readonly messages: number;
  readonly bounces: number;
  readonly backscatter: number;
};

/** The report's questions, each answered by the database. */
export interface LedgerQuestions {
  totalsByDomain(filter: StoredFilter): Promise<readonly StoredTotals[]>;
  totalsByHour(filter: StoredFilter): Promise<readonly StoredHour[]>;
  top(question: Question, filter: StoredFilter, limit: number): Promise<readonly NameCount[]>;
}

export type Question = keyof typeof COLUMN_OF;
export type NameCount = { readonly name: string; readonly count: number };

const MS_PER_HOUR = 3_600_000;

/** More than there are. */
const EVERY_COMBINATION = 1_000_000;

const COLUMN_OF = {
  reporter: 'reporter',
  origin: 'origin_ip',
  network: 'network',
  'local-part': 'local_part',
  'origin-spf': 'origin_spf',
  evidence: 'evidence',
  kind: 'kind',
} as const;

/** The questions over an engine. */
export function ledgerQuestions(sql: Engine): LedgerQuestions {
  return {
    totalsByDomain: (filter) => totalsByDomain(sql, filter),
    totalsByHour: async (filter) => {
      const [table, weight] = filter.run === null ? (['hourly', 'messages'] as const) : (['event', '1'] as const);
      const { where, values } = condition(filter, table);
      const hour = table === 'hourly' ? 'hour' : `arrived_at / ${MS_PER_HOUR}`;
      const rows = await sql.all(
        `SELECT ${hour} AS hour, sum(${weight}) AS messages, ${sumsOf(weight)}
         FROM ${table} ${where} GROUP BY 1 ORDER BY 1`,
        values,
      );
      return rows.map((row) => ({
        hour: new Date(integer(row, 'hour') * MS_PER_HOUR),
        messages: integer(row, 'messages'),
        bounces: integer(row, 'bounces'),
        backscatter: integer(row, 'backscatter'),
      }));
    },
    top: (question, filter, limit) => {
      if (question === 'evidence') return topEvidence(sql, filter, limit);
      return question === 'reporter'
        ? topReporters(sql, filter, limit)
        : topOf(sql, COLUMN_OF[question], filter, limit);
    },
  };
}

/** The counts of StoredTotals but the first, of rows that stand for `weight` messages each. */
export function sumsOf(weight: string): string {
  const sum = (when: string, name: string) => `sum(CASE WHEN ${when} THEN ${weight} ELSE 0 END) AS ${name}`;
  return [
    sum("kind = 'bounce'", 'bounces'),
    sum("backscatter = 'yes'", 'backscatter'),
    sum("backscatter = 'no'", 'genuine'),
    // Only delivery reports and answers get a verdict; of the rest 'unknown' means nothing.
    sum("backscatter = 'unknown' AND kind IN ('bounce', 'auto-reply')", 'unknown'),
    sum("backscatter = 'yes' AND decisive = 1", 'decisive'),
  ].join(', ');
}

async function topOf(sql: Sql, column: string, filter: StoredFilter, limit: number): Promise<readonly NameCount[]> {
  const { where, values } = condition(filter, 'groups', `${column} IS NOT NULL`);
  const rows = await sql.all(
    `SELECT ${column} AS name, count(*) AS n FROM event ${where}
     GROUP BY ${column} ORDER BY n DESC, name LIMIT ?`,
    [...values, limit],
  );
  return rows.map((row) => ({ name: text(row, 'name'), count: integer(row, 'n') }));
}

async function topReporters(sql: Engine, filter: StoredFilter, limit: number): Promise<readonly NameCount[]> {
  const rows = await bySummaries(sql, filter, 'yes', (inside, cover) =>
    listedNames(inside, cover, 'reporter', { most: limit }),
  );
  return rows === null ? topOf(sql, 'reporter', filter, limit) : rows.map(nameCount);
}

/** Rules come together in few combinations, so those are counted by the database and taken apart here. */
async function topEvidence(sql: Engine, filter: StoredFilter, limit: number): Promise<readonly NameCount[]> {
  const { where, values } = condition(filter, 'groups', "evidence <> ''");
  const summed = await bySummaries(sql, filter, 'yes', (inside, cover) =>
    listedNames(inside, cover, 'evidence', { most: EVERY_COMBINATION }),
  );
  const rows =
    summed ??
    (await sql.all(
      `SELECT evidence AS name, count(*) AS n FROM event ${where} GROUP BY evidence ORDER BY evidence`,
      values,
    ));
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const rule of text(row, 'name').split(' ')) counts.set(rule, (counts.get(rule) ?? 0) + integer(row, 'n'));
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, limit);
}

/**
 * WHERE and its conditions as `filter` asks, with their values. The values of `extra`, one more condition, come last.
 *
 * 'groups' is for counting events by a column that has an index with all that is asked for: walking along that index
 * is many times faster than sorting what those by domain or time find, which a database without statistics would do.
 */
export function condition(
  filter: StoredFilter,
  table: 'hourly' | 'event' | 'groups',
  extra: string | null = null,
): { readonly where: string; readonly values: readonly SqlValue[] } {
  const time = { hourly: 'hour', event: 'arrived_at', groups: 'arrived_at + 0' }[table];
  const unit = table === 'hourly' ? 1 : MS_PER_HOUR;
  const since = filter.since === null ? null : Math.floor(filter.since.getTime() / MS_PER_HOUR) * unit;
  const until = filter.until === null ? null : Math.ceil(filter.until.getTime() / MS_PER_HOUR) * unit;
  const parts: readonly (readonly [string, SqlValue])[] = [
    ['run = ?', filter.run],
    [table === 'groups' ? "COALESCE(domain, '') = ?" : 'domain = ?', filter.domain],
    ['backscatter = ?', filter.backscatter],
    [`${time} >= ?`, since],
    [`${time} < ?`, until],
  ];
  const asked = parts.filter(([, value]) => value !== null);
  const all = [...asked.map(([part]) => part), ...(extra === null ? [] : [extra])];
  return { where: all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`, values: asked.map(([, value]) => value) };
}
