import { UnsentError } from '@unsent/dns';
import { lowerTold } from './notices.ts';
import { type Engine, insertRows, integer, type Sql, type SqlValue } from './sql.ts';
import { exportState, type RowCounts } from './state-export.ts';
import { readExport, type StateRow } from './state-read.ts';
import { NUMBERED_TABLES, STATE_TABLES } from './state-tables.ts';

/** Carries all that a database holds to another one, of whatever kind. */
export interface Transfer {
  /** Hands out an export line by line (without line ends) and resolves to the rows by table. */
  exportTo(write: (line: string) => Promise<void>): Promise<RowCounts>;
  /**
   * Puts an export into this database, wholly or not at all, and resolves to the rows by table. `lines` is called more
   * than once: the export is checked before anything is written.
   *
   * Throws `state-not-empty` when something was counted here already, and what `readExport` throws.
   */
  importFrom(lines: () => AsyncIterable<string>): Promise<RowCounts>;
}

const ROWS_PER_STEP = 1000;
const MS_PER_DAY = 86_400_000;

/** The transfer over an engine. */
export function sqlTransfer(sql: Engine): Transfer {
  return {
    exportTo: (write) => exportState(sql, write),
    importFrom: async (lines) => {
      const { counts, days } = await checkExport(lines());
      await sql.server?.prepareMonths(days.map((day) => day * MS_PER_DAY));
      await sql.transaction(async (inside, mayBeDone) => {
        const before = await countRows(inside);
        if (mayBeDone && isSame(before, counts)) return;
        if (Object.keys(before).length > 0) throw notEmpty(sql.place);
        await writeRows(inside, readExport(lines()));
        await settleRows(inside, sql.server !== null);
        if (!isSame(await countRows(inside), counts))
          throw new Error('the database holds other rows than it was given');
      });
      return counts;
    },
  };
}

/** Reads it to its end; `days` (since 1970) are those on which messages arrived. */
async function checkExport(lines: AsyncIterable<string>): Promise<{ counts: RowCounts; days: readonly number[] }> {
  const days = new Set<number>();
  const rows = readExport(lines);
  for (;;) {
    const { done, value } = await rows.next();
    if (done === true) return { counts: value, days: [...days] };
    if (value.table === 'event') {
      days.add(Math.floor(Number(value.values[value.columns.indexOf('arrived_at')]) / MS_PER_DAY));
    }
  }
}

async function writeRows(sql: Sql, rows: AsyncIterable<StateRow>): Promise<void> {
  let [table, columns, values]: [string, readonly string[], (readonly SqlValue[])[]] = ['', [], []];
  const flush = async (): Promise<void> => {
    if (values.length > 0) await insertRows(sql, table, columns, values);
    values = [];
  };
  for await (const row of rows) {
    const isAlike = row.table === table && row.columns.join() === columns.join();
    if (!isAlike || values.length >= ROWS_PER_STEP) await flush();
    ({ table, columns } = row);
    values.push(row.values);
  }
  await flush();
}

/** Rows by table; tables without rows are left out. */
export async function countRows(sql: Sql): Promise<RowCounts> {
  const counts: Record<string, number> = {};
  for (const table of STATE_TABLES.keys()) {
    const [row] = await sql.all(`SELECT count(*) AS n FROM ${table}`);
    const count = row === undefined ? 0 : integer(row, 'n');
    if (count > 0) counts[table] = count;
  }
  return counts;
}

function isSame(a: RowCounts, b: RowCounts): boolean {
  return [...STATE_TABLES.keys()].every((table) => (a[table] ?? 0) === (b[table] ?? 0));
}

/** What rows that brought their numbers with them leave to do: new rows get the next ones, and daemons are told. */
export async function settleRows(sql: Sql, isServer: boolean): Promise<void> {
  if (isServer) await numberOn(sql);
  await lowerTold(sql);
  await announceLocked(sql);
}

/** A server numbers rows by a sequence of its own, which rows that bring their number do not move. */
async function numberOn(sql: Sql): Promise<void> {
  for (const table of NUMBERED_TABLES) {
    await sql.all(
      `SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT COALESCE(max(id), 0) + 1 FROM ${table}), false)`,
    );
  }
}

/** For daemons that follow this database already. */
async function announceLocked(sql: Sql): Promise<void> {
  await sql.run(
    `INSERT INTO locked_change (revision, name, locked_at)
     SELECT number + 1, locked_domain.name, locked_at FROM locked_domain, revision WHERE revision.name = 'locked'`,
  );
  await sql.run("UPDATE revision SET number = number + 1 WHERE name = 'locked'");
}

/** The refusal of a database that rows should go into. */
export function notEmpty(place: string): UnsentError {
  return new UnsentError('state-not-empty', {
    message: `The database ${place} holds something already, and was left as it is.`,
    hint: 'Rows of another are put into an empty one: name a new file, or an empty schema of the server.',
  });
}
