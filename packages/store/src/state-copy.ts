import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { UnsentError } from '@unsent/dns';
import { storeError } from './errors.ts';
import { type Engine, insertRows, integer, type Row, type Sql, type SqlValue, text } from './sql.ts';
import { addLine, rowsOf } from './state-export.ts';
import { countRows, notEmpty, settleRows } from './state-import.ts';
import { exportedValues, importedValue, STATE_TABLES, type StateTable } from './state-tables.ts';

/** A table that is the same in both databases: its rows, and the SHA-256 of their lines as an export has them. */
export type CopiedTable = { readonly table: string; readonly rows: number; readonly sha256: string };

/** How somebody watches a copy, and ends it. */
export type CopyWatch = {
  /** When it begins. */
  readonly at: Date;
  /** Called now and then with the number of rows of `table` that are there; the copy waits for it. */
  onRows(table: string, rows: number): void | Promise<void>;
  readonly signal: AbortSignal;
};

type TableName = { readonly name: string; readonly table: StateTable };
type Sum = Omit<CopiedTable, 'table'>;

/** One commit each: a copy that is cut off loses no more than that. */
const ROWS_PER_STEP = 2000;

/**
 * Copies every table of `source`, as it is at one moment, and compares each with what `target` then holds. Others may
 * go on writing to `source`; what they write meanwhile is not carried.
 *
 * A copy that was cut off goes on where it was: what of a table is there already is compared with the source, and made
 * anew where that has changed since. Until the end, `openStore` refuses `target`.
 *
 * Throws `state-not-empty`, `store-half-copied` when `target` is half of another copy, `store-busy` when a second copy
 * into it began, and `state-copy-differs` when it holds other rows than it was given.
 */
export async function copyEngine(source: Engine, target: Engine, watch: CopyWatch): Promise<readonly CopiedTable[]> {
  const nextStep = await begin(target, source.place, watch.at);
  const copied = await source.snapshot(async (inside) => {
    const tables: CopiedTable[] = [];
    for (const [name, table] of STATE_TABLES) {
      tables.push({ table: name, ...(await copyTable(inside, target, { name, table }, { ...watch, nextStep })) });
    }
    return tables;
  });
  await nextStep(async (inside) => {
    await settleRows(inside, target.server !== null);
    await inside.run('DELETE FROM state_copy');
  });
  return copied;
}

/** The copy into this database that was not finished, if any. */
export async function readUnfinishedCopy(sql: Sql): Promise<{ readonly source: string; readonly step: number } | null> {
  const [row] = await sql.all('SELECT source, step FROM state_copy WHERE id = 1');
  return row === undefined ? null : { source: text(row, 'source'), step: integer(row, 'step') };
}

/** Commits the work of one step, once, as long as this copy is the only one. */
type NextStep = (work: (inside: Sql) => Promise<void>) => Promise<void>;

/** Marks the database as half a copy, or takes over from a try that ended: whoever did so last goes on. */
async function begin(target: Engine, source: string, at: Date): Promise<NextStep> {
  let done = await target.transaction(async (inside) => {
    const copy = await readUnfinishedCopy(inside);
    if (copy === null && Object.keys(await countRows(inside)).length > 0) throw notEmpty(target.place);
    if (copy !== null && copy.source !== source) {
      throw storeError('store-half-copied', target.place, `of ${copy.source}`);
    }
    const step = (copy?.step ?? 0) + 1;
    await inside.run(
      `INSERT INTO state_copy (id, source, begun_at, step) VALUES (1, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET step = excluded.step`,
      [source, at.getTime(), step],
    );
    return step;
  });
  return async (work) => {
    await target.transaction(async (inside, mayBeDone) => {
      const now = (await readUnfinishedCopy(inside))?.step ?? null;
      // The answer to the commit was lost; the last step of all takes the row away.
      if (mayBeDone && (now === done + 1 || now === null)) return;
      const moved = await inside.all('UPDATE state_copy SET step = step + 1 WHERE step = ? RETURNING step', [done]);
      if (moved.length === 0) throw storeError('store-busy', target.place, 'another copy into it began');
      await work(inside);
    }, 'soon');
    done += 1;
  };
}

type Steps = CopyWatch & { readonly nextStep: NextStep };

async function copyTable(source: Sql, target: Engine, one: TableName, steps: Steps): Promise<Sum> {
  let given = await fill(source, target, one, steps);
  let there = given === null ? null : await sumOf(target, one, steps);
  if (given === null || there?.sha256 !== given.sha256) {
    // An earlier try had it from another moment of the source.
    await steps.nextStep((inside) =>
      inside.run(target.server === null ? `DELETE FROM ${one.name}` : `TRUNCATE ${one.name}`),
    );
    given = await fill(source, target, one, steps);
    there = await sumOf(target, one, steps);
  }
  if (given !== null && there?.sha256 === given.sha256) return given;
  throw new UnsentError('state-copy-differs', {
    message: `The table ${one.name} of ${target.place} has other rows than the one it was copied from (${given?.rows ?? 'more'} there, ${there?.rows ?? 'others'} here).`,
    hint: 'Stop what writes to the copy, then run this again.',
  });
}

/** Puts the rows in that are missing at the end; null when what is there are not the first rows of the source. */
async function fill(source: Sql, target: Engine, { name, table }: TableName, steps: Steps): Promise<Sum | null> {
  const there = rowsOf(target, name, table);
  const sum = runningSum();
  let isAhead = true;
  let rows: SqlValue[][] = [];
  const write = async (): Promise<void> => {
    await writeRows(target, { name, table }, rows, steps);
    rows = [];
  };
  for await (const row of rowsOf(source, name, table)) {
    const line = lineOf(table, row);
    sum.add(line);
    if (sum.rows() % ROWS_PER_STEP === 0) await watchRows(steps, name, sum.rows());
    if (isAhead) {
      const { done, value } = await there.next();
      if (done !== true && lineOf(table, value) !== line) return null;
      if (done !== true) continue;
      isAhead = false;
    }
    rows.push(valuesOf(table, row));
    if (rows.length >= ROWS_PER_STEP) await write();
  }
  if (isAhead && (await there.next()).done !== true) return null;
  if (rows.length > 0) await write();
  return sum.end();
}

async function watchRows({ signal, onRows }: Steps, name: string, rows: number): Promise<void> {
  await onRows(name, rows);
  // SQLite never waits, and so no signal would come through.
  await setImmediate();
  signal.throwIfAborted();
}

async function writeRows(target: Engine, { name, table }: TableName, rows: SqlValue[][], steps: Steps): Promise<void> {
  const columns = Object.keys(table.columns);
  if (name === 'event') {
    const at = columns.indexOf('arrived_at');
    await target.server?.prepareMonths(rows.map((row) => Number(row[at])));
  }
  await steps.nextStep(async (inside) => void (await insertRows(inside, name, columns, rows)));
}

async function sumOf(target: Engine, { name, table }: TableName, steps: Steps): Promise<Sum> {
  const sum = runningSum();
  for await (const row of rowsOf(target, name, table)) {
    sum.add(lineOf(table, row));
    if (sum.rows() % ROWS_PER_STEP === 0) await watchRows(steps, name, sum.rows());
  }
  return sum.end();
}

function runningSum() {
  const hash = createHash('sha256');
  let rows = 0;
  return {
    add: (line: string): void => {
      rows += 1;
      addLine(hash, line);
    },
    rows: () => rows,
    end: (): Sum => ({ rows, sha256: hash.digest('hex') }),
  };
}

function lineOf(table: StateTable, row: Row): string {
  return JSON.stringify(exportedValues(table, row));
}

function valuesOf(table: StateTable, row: Row): SqlValue[] {
  const values = exportedValues(table, row);
  return Object.entries(table.columns).map(([column, kind]) => {
    const value = importedValue(values[column], kind);
    if (value === undefined) throw new TypeError(`the column ${column} holds what no database takes`);
    return value;
  });
}
