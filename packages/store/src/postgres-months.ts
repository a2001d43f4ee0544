import { LOCK_CLASS, type PostgresConnection } from './postgres-connection.ts';
import { integer, type ServerParts, type Sql } from './sql.ts';

const MS_PER_DAY = 86_400_000;
/** How long before a month begins its partition is made. */
const AHEAD_DAYS = 35;
/** The advisory lock of January 1970. */
const FIRST_MONTH_LOCK = 1000;

/** The partitions of `event`, one for each month. What has none goes into `event_other`, and nothing is lost. */
export function eventMonths(
  connection: Pick<PostgresConnection, 'all'>,
): Pick<ServerParts, 'prepareMonths' | 'dropMonths' | 'lockMonths'> {
  const prepared = new Set<string>();
  return {
    prepareMonths: async (momentsMs) => {
      const now = Date.now();
      for (const moment of [now, now + AHEAD_DAYS * MS_PER_DAY, ...momentsMs]) {
        if (!Number.isSafeInteger(moment) || Math.abs(moment) > 8.64e15) continue; // the row itself will be refused
        const month = new Date(moment).toISOString().slice(0, -'-00T00:00:00.000Z'.length);
        if (prepared.has(month)) continue;
        await connection.all('SELECT make_event_month(?) AS made', [moment]);
        prepared.add(month);
      }
    },
    lockMonths: async (inside, months, mode) => {
      const lock = mode === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
      // In one order, as everything that is waited for.
      for (const month of [...months].sort((a, b) => a - b)) {
        await inside.all(`SELECT ${lock}(${LOCK_CLASS}, CAST(? AS INTEGER))`, [FIRST_MONTH_LOCK + month]);
      }
    },
    dropMonths: async (beforeMs) => {
      const [row] = await connection.all('SELECT drop_event_months(?) AS removed', [beforeMs]);
      prepared.clear();
      return row === undefined ? 0 : integer(row, 'removed');
    },
  };
}

/**
 * Numbers are given out before the commit, and transactions end in another order. Whoever counts has this lock of the table
 * from before the first number until the end, so that the one who gets it alone sees no gap that is filled later.
 */
export function lastEvent(sql: Pick<Sql, 'transaction'>): Promise<number> {
  return sql.transaction(async (inside) => {
    await inside.run('LOCK TABLE ONLY event IN SHARE MODE');
    const [row] = await inside.all(
      'SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END AS last FROM event_id_seq',
    );
    return row === undefined ? 0 : integer(row, 'last');
  });
}
