import { createHash, type Hash } from 'node:crypto';
import { MIGRATIONS } from './schema.ts';
import { type Engine, placeholders, type Row, type Sql, type SqlValue } from './sql.ts';
import { exportedValues, STATE_TABLES, type StateTable } from './state-tables.ts';

/** Rows by table; tables without rows are left out. */
export type RowCounts = Readonly<Record<string, number>>;

/** What the first line of an export says it is. */
export const EXPORT_KIND = 'unsent state';

const ROWS_PER_PAGE = 2000;

/**
 * Writes all that the database holds, as it is at one moment, as JSON lines without their line ends: a header, a line
 * for each row (`{"TABLE":{"COLUMN":…}}`), and an end with the numbers of rows and the SHA-256 of all lines before it.
 * Nobody waits for it. Resolves to the numbers of rows.
 */
export async function exportState(sql: Engine, write: (line: string) => Promise<void>): Promise<RowCounts> {
  const hash = createHash('sha256');
  const add = (line: string): Promise<void> => {
    addLine(hash, line);
    return write(line);
  };
  const rows: Record<string, number> = {};
  await sql.snapshot(async (inside) => {
    await add(JSON.stringify({ export: EXPORT_KIND, schema: MIGRATIONS.length }));
    for (const [name, table] of STATE_TABLES) {
      for await (const row of rowsOf(inside, name, table)) {
        rows[name] = (rows[name] ?? 0) + 1;
        await add(JSON.stringify({ [name]: exportedValues(table, row) }));
      }
    }
  });
  await write(JSON.stringify({ end: { rows, sha256: hash.digest('hex') } }));
  return rows;
}

/** The sum of an export is made over its lines, each with its line end. */
export function addLine(hash: Hash, line: string): void {
  hash.update(line).update('\n');
}

/** The rows of a table in the order of its key, which is the same on all engines. */
export async function* rowsOf(sql: Pick<Sql, 'all'>, name: string, { columns, key }: StateTable): AsyncGenerator<Row> {
  const select = `SELECT ${Object.keys(columns).join(', ')} FROM ${name}`;
  const order = `ORDER BY ${key.join(', ')} LIMIT ${ROWS_PER_PAGE}`;
  for (let after: readonly SqlValue[] = []; ; ) {
    const where = after.length === 0 ? '' : `WHERE (${key.join(', ')}) > ${placeholders(key.length, 1)}`;
    const page: readonly Row[] = await sql.all(`${select} ${where} ${order}`, after);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < ROWS_PER_PAGE) return;
    after = key.map((column) => keyValue(last[column]));
  }
}

function keyValue(value: unknown): SqlValue {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number') return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Uint8Array) return value;
  throw new TypeError('a key holds no value');
}
