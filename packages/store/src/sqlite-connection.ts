import Database from 'libsql';
import { explainEngineError, isBusy } from './errors.ts';
import { checkedValues, type Row, type Sql, type SqlValue } from './sql.ts';

/** An open SQLite database. */
export interface SqliteConnection extends Sql {
  /** Reads one moment of the database; in WAL mode others write meanwhile. */
  snapshot<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

type Statement = ReturnType<InstanceType<typeof Database>['prepare']>;

const MAX_PREPARED = 256;
const FIRST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 100;

/**
 * Opens one connection. `busyLimitMs` bounds how long a lock held by another process is waited for.
 *
 * The engine's own busy time-out would stop the whole process while it waits, so it is off: a busy database is tried
 * again after a pause, and meanwhile everything else goes on.
 */
export function connectSqlite(path: string, busyLimitMs: number): SqliteConnection {
  const database = openDatabase(path);
  const direct = preparedStatements(database);
  const withLock = lock();
  const patiently = <T>(work: () => T): Promise<T> => retryWhileBusy(work, path, busyLimitMs);

  const inside: Sql = {
    run: async (statement, values) => explained(path, () => direct.run(statement, values)),
    all: async (statement, values) => explained(path, () => direct.all(statement, values)),
    transaction: (work) => work(inside, false),
  };
  return {
    run: (statement, values) => withLock(() => patiently(() => direct.run(statement, values))),
    all: (statement, values) => withLock(() => patiently(() => direct.all(statement, values))),
    transaction: (work, durability = 'now') =>
      withLock(async () => {
        // In WAL mode NORMAL loses no consistency: what a power cut takes back, it takes back as whole commits.
        direct.run(`PRAGMA synchronous = ${durability === 'now' ? 'FULL' : 'NORMAL'}`);
        await patiently(() => database.exec('BEGIN IMMEDIATE'));
        try {
          const result = await work(inside, false);
          await patiently(() => database.exec('COMMIT'));
          return result;
        } catch (error) {
          rollBack(database);
          throw explainEngineError(error, path);
        }
      }),
    snapshot: (work) =>
      withLock(async () => {
        await patiently(() => database.exec('BEGIN'));
        try {
          return await work(inside);
        } finally {
          rollBack(database);
        }
      }),
    close: () =>
      withLock(async () => {
        emptyLog(database);
        direct.forget();
        database.close();
      }),
  };
}

/** Runs statements at once, each prepared the first time it comes. */
function preparedStatements(database: InstanceType<typeof Database>) {
  const prepared = new Map<string, Statement>();
  const prepare = (statement: string): Statement => {
    const known = prepared.get(statement);
    if (known !== undefined) return known;
    if (prepared.size >= MAX_PREPARED) prepared.clear();
    const made = database.prepare(statement);
    prepared.set(statement, made);
    return made;
  };
  return {
    run: (statement: string, values: readonly SqlValue[] = []): void => {
      prepare(statement).run(bound(values));
    },
    all: (statement: string, values: readonly SqlValue[] = []): readonly Row[] =>
      prepare(statement).all(bound(values)).filter(isRow),
    forget: (): void => prepared.clear(),
  };
}

function openDatabase(path: string): InstanceType<typeof Database> {
  return explained(path, () => {
    const database = new Database(path, { timeout: 0 });
    database.defaultSafeIntegers(true);
    return database;
  });
}

/**
 * Moves the log into the database, so that one file holds it all. The engine does this when the last connection ends,
 * but a connection of this driver ends no earlier than its statements are collected.
 */
function emptyLog(database: InstanceType<typeof Database>): void {
  try {
    database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  } catch (error) {
    // The log is safe where it is, and a database that is damaged must be closed, too.
    if (!(error instanceof Error)) throw error;
  }
}

/** After some errors SQLite has rolled back by itself; a second time is an error of its own, and means nothing. */
function rollBack(database: InstanceType<typeof Database>): void {
  if (database.inTransaction) database.exec('ROLLBACK');
}

/** One task after the other: a transaction spans several turns of the event loop, and there is one connection. */
function lock(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const mine = last.then(task);
    last = mine.catch(() => undefined);
    return mine;
  };
}

async function retryWhileBusy<T>(work: () => T, path: string, limitMs: number): Promise<T> {
  const giveUpAt = performance.now() + limitMs;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw explainEngineError(error, path);
    }
    // Jitter, so that two that wait for the same lock do not meet again and again.
    await new Promise((resume) => setTimeout(resume, waitMs * (0.5 + Math.random())));
  }
}

function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainEngineError(error, path);
  }
}

/** The driver stores whole numbers as floating point unless told. */
function bound(values: readonly SqlValue[]): SqlValue[] {
  return checkedValues(values).map((value) =>
    typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value,
  );
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}
