import { chmod, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { explainEngineError, storeError } from './errors.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { type Engine, integer, type Sql } from './sql.ts';
import { connectSqlite, type SqliteConnection } from './sqlite-connection.ts';

/** How to open a SQLite file. */
export type SqliteOptions = {
  /** How long a lock of another process is waited for. Default 10 s: writers hold it for milliseconds. */
  readonly busyLimitMs?: number;
  /** The steps that make the schema; tests hand in their own. */
  readonly migrations?: readonly string[];
};

const MEMORY = ':memory:';
const DEFAULT_BUSY_LIMIT_MS = 10_000;
const FILE_HEADER = 'SQLite format 3\0';
const GROUP_MAY_WRITE = 0o020;

/**
 * Opens the database at `path`, makes it when it is missing, and brings an older one up to date (after a copy of it
 * was written beside it as `PATH.vN`).
 *
 * A file of another program, of a newer version, a damaged or an unreadable one is an `UnsentError`, and is left as
 * it was. In a folder that its group may write to, the file is shared with the group (0660); elsewhere it is 0600.
 */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<Engine> {
  const file = path === MEMORY ? MEMORY : resolve(path);
  if (file !== MEMORY) await prepareFile(file);
  const migrations = options.migrations ?? MIGRATIONS;
  const connection = connectSqlite(file, options.busyLimitMs ?? DEFAULT_BUSY_LIMIT_MS);
  try {
    const version = await readVersion(connection, file, migrations.length);
    await connection.all('PRAGMA journal_mode = WAL');
    await connection.run('PRAGMA synchronous = FULL');
    // 16 MB of log between two checkpoints: each of them waits for the disk.
    await connection.all('PRAGMA wal_autocheckpoint = 4096');
    await connection.run('PRAGMA cache_size = -8192');
    if (version < migrations.length) await migrate(connection, file, migrations);
    return engineOf(connection, file);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function engineOf(connection: SqliteConnection, file: string): Engine {
  return {
    ...connection,
    place: file,
    server: null,
    nowMs: "(CAST(unixepoch('subsec') * 1000 AS INTEGER))",
    sizeBytes: async () => (file === MEMORY ? null : (await sizeOf(file)) + (await sizeOf(`${file}-wal`))),
  };
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0, // no log: the database was closed
  );
}

/** Makes sure that there is a file we may open and that it can be a SQLite database at all, before SQLite touches it. */
async function prepareFile(path: string): Promise<void> {
  try {
    const found = await stat(path).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (found === null) return await createFile(path);
    if (found.isDirectory()) throw storeError('store-is-folder', path, null);
    if (!found.isFile()) throw storeError('store-unreadable', path, 'not a regular file');
    const handle = await open(path, 'r+');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(FILE_HEADER.length), 0, FILE_HEADER.length, 0);
      if (bytesRead > 0 && buffer.toString('latin1') !== FILE_HEADER) throw storeError('store-foreign', path, null);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw explainEngineError(error, path);
  }
}

/** The mode is set before the first byte is written; SQLite gives its -wal and -shm files the same. */
async function createFile(path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const shared = ((await stat(folder)).mode & GROUP_MAY_WRITE) !== 0;
  const handle = await open(path, 'a', 0o600);
  await handle.close();
  if (shared) await chmod(path, 0o660);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The schema's version, 0 for an empty file; throws when the database is not ours to write to. */
async function readVersion(sql: Sql, path: string, newest: number): Promise<number> {
  const version = await readPragma(sql, 'user_version');
  const application = await readPragma(sql, 'application_id');
  if (application !== APPLICATION_ID) {
    const [tables] = await sql.all('SELECT count(*) AS n FROM sqlite_schema');
    const isEmpty = tables !== undefined && integer(tables, 'n') === 0;
    if (application !== 0 || version !== 0 || !isEmpty) throw storeError('store-foreign', path, null);
  }
  if (version > newest) {
    throw storeError('store-newer', path, `its schema is ${version}, this version knows ${newest}`);
  }
  return version;
}

async function readPragma(sql: Sql, name: 'user_version' | 'application_id'): Promise<number> {
  const [row] = await sql.all(`PRAGMA ${name}`);
  return row === undefined ? 0 : integer(row, name);
}

async function migrate(sql: Sql, path: string, migrations: readonly string[]): Promise<void> {
  const before = await readVersion(sql, path, migrations.length);
  if (before > 0) await copyBeside(sql, path, before);
  await sql.transaction(async (inside) => {
    // Somebody else may have done it while this process waited for the lock.
    const version = await readVersion(inside, path, migrations.length);
    for (const step of migrations.slice(version)) {
      for (const statement of statementsOf(step)) await inside.run(statement);
    }
    await inside.run(`PRAGMA application_id = ${APPLICATION_ID}`);
    await inside.run(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** Two processes may do this at once: each writes its own copy, and a rename makes one of them the copy. */
async function copyBeside(sql: Sql, path: string, version: number): Promise<void> {
  const half = `${path}.v${version}.${process.pid}`;
  // VACUUM INTO takes an empty file, and so the copy is private from its first byte.
  await (await open(half, 'wx', 0o600)).close();
  await sql.run('VACUUM INTO ?', [half]);
  await rename(half, `${path}.v${version}`);
}

/** Our migrations hold no semicolon inside a statement. */
function statementsOf(step: string): string[] {
  return step
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
