import type { PieceQueue, QueueRole } from './piece-queue.ts';

/** What a statement may be given. Booleans are stored as 0 and 1 by whoever writes the row. */
export type SqlValue = null | string | number | bigint | Uint8Array;

/** One row as the engine returns it; read it through `text`, `integer`, `bytes`, which check. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * The engine, as the rest of the package sees it: statements with `?` for values, in a dialect that SQLite and
 * PostgreSQL share.
 *
 * Integers go in and come out whole, up to 64 bits. Text is compared byte by byte. `transaction` commits what `work`
 * did when it resolves, and takes all of it back when it rejects; inside it, only the handed `sql` may be used. What
 * `work` reads stays true until the commit where everybody who changes it takes the same `turn`: SQLite lets in one
 * transaction at a time anyway, PostgreSQL one of each turn.
 *
 * PostgreSQL may run `work` again: after a deadlock, or when the server went away. `mayBeDone` is true when an earlier
 * try was perhaps committed, because its answer was lost; `work` must then find out what would be done twice.
 */
export interface Sql {
  run(statement: string, values?: readonly SqlValue[]): Promise<void>;
  all(statement: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  transaction<T>(
    work: (sql: Sql, mayBeDone: boolean) => Promise<T>,
    durability?: Durability,
    turn?: Turn | null,
  ): Promise<T>;
}

/** What only one transaction at a time may work on. */
export type Turn = 'journal' | 'sent-log' | 'summaries' | 'verdicts';

/** An open database. */
export interface Engine extends Sql {
  /** Where it is, for people: a path, `:memory:`, or a server's address without its password. */
  readonly place: string;
  /** What only a database server has; null for a file. */
  readonly server: ServerParts | null;
  /** The moment (milliseconds since 1970) by the one clock that all users of the database share, as an expression. */
  readonly nowMs: string;
  /** Reads one moment of the database, whatever others write meanwhile, and keeps nobody waiting. Runs `work` once. */
  snapshot<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Bytes on the disk; null when it is on none. */
  sizeBytes(): Promise<number | null>;
  close(): Promise<void>;
}

/** What a database server can do beyond statements. */
export interface ServerParts {
  /** Sees to it that events of these moments (milliseconds since 1970) have a partition, as far as we may make one. */
  prepareMonths(momentsMs: readonly number[]): Promise<void>;
  /** Drops the partitions that end before this moment; resolves to the number of rows in them. */
  dropMonths(beforeMs: number): Promise<number>;
  /**
   * Until the end of the transaction: 'shared' with all others who change something in these months (since 1970), or
   * 'alone', so that nobody changes anything there.
   */
  lockMonths(inside: Sql, months: readonly number[], mode: 'shared' | 'alone'): Promise<void>;
  /** The number of the last event; every transaction that has one of a lower number has ended. */
  lastEvent(): Promise<number>;
  /** Calls `onChange` when somebody announces a change of `name`. Resolves to the way to stop. Never rejects. */
  listen(name: string, onChange: () => void): Promise<() => Promise<void>>;
  /** Opens the queue of pieces; see `Store.pieceQueue`. `nameOf`: how this database names a source. */
  pieceQueue(role: QueueRole, nameOf: (source: string) => string): Promise<PieceQueue<object>>;
}

/**
 * 'now' (the default): a power cut after the commit takes nothing back. 'soon': it may take back the last commits, each
 * of them whole; for what is simply read again then. A server can crash while its clients live on and read nothing
 * again, so that PostgreSQL always means 'now'.
 */
type Durability = 'now' | 'soon';

/** Rows of one multi-row INSERT. Few sizes, so that few statements are prepared; SQLite takes 32,766 values in one. */
const ROWS_PER_STATEMENT = [1000, 100, 10, 1] as const;

/**
 * Inserts many rows with few statements and resolves to what `RETURNING` in `suffix` gave.
 *
 * `suffix` is whatever follows VALUES: ON CONFLICT, RETURNING.
 */
export async function insertRows(
  sql: Sql,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly SqlValue[])[],
  suffix = '',
): Promise<readonly Row[]> {
  const returned: Row[] = [];
  let done = 0;
  for (const size of ROWS_PER_STATEMENT) {
    const statement = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${placeholders(columns.length, size)} ${suffix}`;
    for (; rows.length - done >= size; done += size) {
      const result = await sql.all(statement, rows.slice(done, done + size).flat());
      for (const row of result) returned.push(row);
    }
  }
  return returned;
}

/** `(?, ?), (?, ?)`: `rows` groups of `columns` placeholders. */
export function placeholders(columns: number, rows: number): string {
  const group = `(${Array<string>(columns).fill('?').join(', ')})`;
  return Array<string>(rows).fill(group).join(', ');
}

/** A text column that is never NULL. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`);
  return value;
}

/** A text column, null where it is NULL. */
export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

/** An integer that JavaScript can hold exactly; anything else is a fault in the data and throws. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
    throw new RangeError(`column ${column} holds no safe integer`);
  }
  return number;
}

/** An integer column as a moment (milliseconds since 1970), null where it is NULL. */
export function dateOrNull(row: Row, column: string): Date | null {
  return row[column] === null ? null : new Date(integer(row, column));
}

/** Bytes of a blob column. */
export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`column ${column} holds no bytes`);
}

/** Values as every engine takes them. No engine takes a NUL in text, and a boolean ends the process in one of them. */
export function checkedValues(values: readonly SqlValue[]): readonly SqlValue[] {
  for (const value of values) {
    if (typeof value === 'string' && value.includes('\0')) throw new TypeError('text for the database holds a NUL');
    if (typeof value === 'boolean' || value === undefined) throw new TypeError(`a ${typeof value} is no SQL value`);
  }
  return values;
}
