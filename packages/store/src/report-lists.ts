import { condition, type NameCount, type StoredFilter } from './ledger-filter.ts';
import { countRules, type LedgerQuestions } from './ledger-questions.ts';
import type { ReportQuestions, StoredForgery, StoredInjector } from './report-questions.ts';
import { type Engine, integer, type Row, text } from './sql.ts';

/** What a report lists of backscatter, the most frequent first. */
export type StoredLists = {
  readonly reporters: readonly NameCount[];
  readonly injectors: readonly StoredInjector[];
  readonly networks: readonly StoredInjector[];
  readonly forged: readonly StoredForgery[];
  readonly evidence: readonly NameCount[];
};

type Questions = Pick<LedgerQuestions, 'top'> & Pick<ReportQuestions, 'injectors' | 'forgedAddresses'>;

/** All of them at once; each is what its own question answers. */
export async function reportLists(
  sql: Engine,
  ask: Questions,
  filter: StoredFilter,
  limit: number,
): Promise<StoredLists> {
  if (sql.server !== null && filter.domain !== null) return inOnePass(sql, filter, limit);
  return {
    reporters: await ask.top('reporter', filter, limit),
    injectors: await ask.injectors('origin', filter, limit),
    networks: await ask.injectors('network', filter, limit),
    forged: await ask.forgedAddresses(filter, limit),
    evidence: await ask.top('evidence', filter, limit),
  };
}

const COLUMNS = 'reporter, evidence, network, origin_ip, origin_spf, local_part';
/** What GROUPING over COLUMNS gives for each list: a bit for each column that it does not go by. */
const [REPORTER, EVIDENCE, ORIGIN, ORIGIN_SPF, NETWORK, NETWORK_SPF, FORGED] = [31, 47, 51, 49, 55, 53, 62];
/** Added to a list for what SPF said of its names. */
const RESULTS = 1000;

/** The events of one domain lie on a page each: they are read once, and not once for each list. SQLite has no such sets. */
const ONE_PASS = `names AS (
    SELECT list, CASE WHEN list = ${REPORTER} THEN reporter WHEN list = ${EVIDENCE} THEN evidence
      WHEN list IN (${ORIGIN}, ${ORIGIN_SPF}) THEN origin_ip WHEN list IN (${NETWORK}, ${NETWORK_SPF}) THEN network
      ELSE local_part END AS name, origin_spf AS detail, n
    FROM sets WHERE list NOT IN (${ORIGIN}, ${ORIGIN_SPF}, ${NETWORK}, ${NETWORK_SPF}) OR network IS NOT NULL),
  ranked AS (SELECT list, name, n, row_number() OVER (PARTITION BY list ORDER BY n DESC, name) AS place FROM names
    WHERE list IN (${REPORTER}, ${ORIGIN}, ${NETWORK}, ${FORGED}) AND name IS NOT NULL),
  most AS MATERIALIZED (SELECT list, name, n, place FROM ranked WHERE place <= ?)
  SELECT list, name, '' AS detail, n, place FROM most
  UNION ALL SELECT list, name, '', n, 0 FROM names WHERE list = ${EVIDENCE} AND name <> ''
  UNION ALL SELECT most.list + ${RESULTS}, names.name, detail, names.n, 0 FROM names
    JOIN most ON most.name = names.name AND most.list = names.list + 2
    WHERE names.list IN (${ORIGIN_SPF}, ${NETWORK_SPF}) AND detail IS NOT NULL
  ORDER BY list, place, n DESC, detail`;

async function inOnePass(sql: Engine, filter: StoredFilter, limit: number): Promise<StoredLists> {
  const { where, values } = condition(filter, 'event');
  const rows = await sql.all(
    `WITH sets AS MATERIALIZED (SELECT GROUPING(${COLUMNS}) AS list, ${COLUMNS}, count(*) AS n FROM event ${where}
       GROUP BY GROUPING SETS ((reporter), (evidence), (network, origin_ip), (network, origin_ip, origin_spf),
         (network), (network, origin_spf), (local_part))),
     ${ONE_PASS}`,
    [...values, limit],
  );
  const of = (list: number): readonly Row[] => rows.filter((row) => integer(row, 'list') === list);
  const counts = (list: number): readonly NameCount[] =>
    of(list).map((row) => ({ name: text(row, 'name'), count: integer(row, 'n') }));
  const withSpf = (list: number): readonly StoredInjector[] => {
    const results = of(list + RESULTS);
    return counts(list).map(({ name, count }) => ({
      name,
      count,
      spf: results
        .filter((row) => text(row, 'name') === name)
        .map((row) => ({ name: text(row, 'detail'), count: integer(row, 'n') })),
    }));
  };
  return {
    reporters: counts(REPORTER),
    injectors: withSpf(ORIGIN),
    networks: withSpf(NETWORK),
    forged: counts(FORGED).map(({ name, count }) => ({ localPart: name, domain: filter.domain, count })),
    evidence: countRules(of(EVIDENCE), limit),
  };
}
