import { totalsByDomain } from './domain-totals.ts';
import { byGroups, condition, type NameCount, type StoredFilter, type StoredTotals, sumsOf } from './ledger-filter.ts';
import { MS_PER_HOUR } from './ledger-hours.ts';
import { type Engine, integer, type Row, text } from './sql.ts';
import { bySummaries, listedNames, nameCount } from './summary-questions.ts';

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

async function topOf(sql: Engine, column: string, filter: StoredFilter, limit: number): Promise<readonly NameCount[]> {
  const { where, values } = condition(filter, byGroups(sql), `${column} IS NOT NULL`);
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
  const { where, values } = condition(filter, byGroups(sql), "evidence <> ''");
  const summed = await bySummaries(sql, filter, 'yes', (inside, cover) =>
    listedNames(inside, cover, 'evidence', { most: EVERY_COMBINATION }),
  );
  const rows =
    summed ??
    (await sql.all(
      `SELECT evidence AS name, count(*) AS n FROM event ${where} GROUP BY evidence ORDER BY evidence`,
      values,
    ));
  return countRules(rows, limit);
}

/** Rules by how often they spoke, from combinations of them. */
export function countRules(rows: readonly Row[], limit: number): readonly NameCount[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const rule of text(row, 'name').split(' ')) counts.set(rule, (counts.get(rule) ?? 0) + integer(row, 'n'));
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, limit);
}
