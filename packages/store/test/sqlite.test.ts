import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { APPLICATION_ID, MIGRATIONS } from '../src/schema.ts';
import { integer } from '../src/sql.ts';
import { openSqlite, type SqliteOptions } from '../src/sqlite.ts';
import type { SqliteConnection } from '../src/sqlite-connection.ts';
import { temporaryFolder } from './support/folder.ts';

async function open(path: string, options: SqliteOptions = {}): Promise<SqliteConnection> {
  const connection = await openSqlite(path, { busyLimitMs: 2000, ...options });
  onTestFinished(() => connection.close().catch(() => undefined));
  return connection;
}

describe('a new database', () => {
  test('is made with its folder, in WAL mode, for its owner alone', async () => {
    const path = join(temporaryFolder(), 'deep', 'state.db');
    const connection = await open(path);
    expect(await connection.all('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  test('in a folder that the group may write to is shared with the group, log included', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o2770);
    await open(join(folder, 'state.db'));
    const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o660, 0o660, 0o660]);
  });

  test('is marked as ours and has the newest schema', async () => {
    const connection = await open(join(temporaryFolder(), 'state.db'));
    expect(await connection.all('PRAGMA application_id')).toEqual([{ application_id: BigInt(APPLICATION_ID) }]);
    expect(await connection.all('PRAGMA user_version')).toEqual([{ user_version: BigInt(MIGRATIONS.length) }]);
  });

  test('may be made by several at once', async () => {
    const path = join(temporaryFolder(), 'state.db');
    const connections = await Promise.all(Array.from({ length: 5 }, () => open(path)));
    for (const one of connections) expect(await one.all('SELECT count(*) AS n FROM seen')).toEqual([{ n: 0n }]);
  });

  test('may be an empty file that somebody made', async () => {
    const path = join(temporaryFolder(), 'state.db');
    writeFileSync(path, '');
    await expect(open(path)).resolves.toBeDefined();
  });
});

describe('a database that cannot be used is refused and left as it was', () => {
  const foreign = (path: string, statements: string): void => {
    const database = new Database(path);
    database.exec(statements);
    database.close();
  };
  test.each<[string, string, (path: string) => void]>([
    ['a folder', 'store-is-folder', (path) => mkdirSync(path)],
    ['a text file', 'store-foreign', (path) => writeFileSync(path, 'These are my notes.\n'.repeat(50))],
    ['a file of a few bytes', 'store-foreign', (path) => writeFileSync(path, 'x')],
    ["another program's database", 'store-foreign', (path) => foreign(path, 'CREATE TABLE notes (text TEXT)')],
    ['one with another mark', 'store-foreign', (path) => foreign(path, 'PRAGMA application_id = 4711')],
    [
      'a newer one of ours',
      'store-newer',
      (path) => foreign(path, `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 9999`),
    ],
    [
      'one with a damaged first page',
      'store-corrupt',
      (path) => {
        foreign(path, `PRAGMA application_id = ${APPLICATION_ID}; CREATE TABLE a (b); CREATE TABLE c (d)`);
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0xff, 100, 200));
      },
    ],
    ['a path through a file', 'store-unreadable', (path) => writeFileSync(join(path, '..', 'file'), '')],
  ])('%s: %s', async (what, code, make) => {
    const folder = temporaryFolder();
    const path = what === 'a path through a file' ? join(folder, 'file', 'state.db') : join(folder, 'state.db');
    make(join(folder, 'state.db'));
    const before = readdirSync(folder).map((name) => [name, contentOf(join(folder, name))]);
    await expect(open(path)).rejects.toMatchObject({ code, exitCode: 1, message: expect.stringContaining(path) });
    expect(readdirSync(folder).map((name) => [name, contentOf(join(folder, name))])).toEqual(before);
  });

  test('one that was cut off', async () => {
    const path = join(temporaryFolder(), 'state.db');
    const connection = await openSqlite(path);
    await connection.close();
    truncateSync(path, 4096 * 2);
    await expect(open(path).then((reopened) => reopened.all('SELECT * FROM event'))).rejects.toMatchObject({
      code: 'store-corrupt',
    });
  });
});

describe('a lock of another connection', () => {
  test('is waited for while everything else goes on', async () => {
    const path = join(temporaryFolder(), 'state.db');
    const [one, other] = [await open(path), await open(path)];
    const order: string[] = [];
    const first = one.transaction(async (sql) => {
      await sql.run('INSERT INTO seen (identity, arrived_at) VALUES (?, ?)', [Buffer.from('a'), 1]);
      await new Promise((resume) => setTimeout(resume, 120));
      order.push('first');
    });
    const second = other.transaction(async (sql) => {
      await sql.run('INSERT INTO seen (identity, arrived_at) VALUES (?, ?)', [Buffer.from('b'), 2]);
      order.push('second');
    });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await Promise.all([first, second]).finally(() => clearInterval(timer));
    expect(order).toEqual(['first', 'second']);
    expect(ticks).toBeGreaterThan(5);
    expect(await one.all('SELECT count(*) AS n FROM seen')).toEqual([{ n: 2n }]);
  });

  test('that is held for too long is an error that says so', async () => {
    const path = join(temporaryFolder(), 'state.db');
    const holder = await open(path);
    const impatient = await open(path, { busyLimitMs: 50 });
    await holder.transaction(async () => {
      await expect(impatient.transaction(async () => undefined)).rejects.toMatchObject({
        code: 'store-busy',
        exitCode: 1,
      });
    });
    await expect(impatient.transaction(async () => 'free')).resolves.toBe('free');
  });
});

describe('statements', () => {
  test('take 64-bit numbers through whole, both ways', async () => {
    const sql = await open(':memory:');
    const large = 2n ** 63n - 1n;
    await sql.run('INSERT INTO seen (identity, arrived_at) VALUES (?, ?)', [Buffer.from('a'), large]);
    const [row] = await sql.all('SELECT arrived_at FROM seen');
    expect(row).toEqual({ arrived_at: large });
    expect(() => integer(row ?? {}, 'arrived_at')).toThrow(RangeError);
    expect(integer({ n: BigInt(Number.MAX_SAFE_INTEGER) }, 'n')).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('refuse a value that is none, before the driver sees it', async () => {
    const sql = await open(':memory:');
    // @ts-expect-error a boolean is no SQL value; the driver would end the process
    await expect(sql.all('SELECT ?', [true])).rejects.toThrow(TypeError);
    await expect(sql.all('SELECT ?', ['cut\0here'])).rejects.toThrow(TypeError);
  });

  test('of a failed transaction leave nothing behind', async () => {
    const sql = await open(':memory:');
    const failing = sql.transaction(async (inside) => {
      await inside.run('INSERT INTO seen (identity, arrived_at) VALUES (?, ?)', [Buffer.from('a'), 1]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await sql.all('SELECT * FROM seen')).toEqual([]);
  });

  test('wait while a transaction of the same process is open', async () => {
    const sql = await open(':memory:');
    const transaction = sql.transaction(async (inside) => {
      await new Promise((resume) => setTimeout(resume, 20));
      await inside.run('INSERT INTO seen (identity, arrived_at) VALUES (?, ?)', [Buffer.from('a'), 1]);
    });
    const outside = sql.all('SELECT count(*) AS n FROM seen');
    await transaction;
    expect(await outside).toEqual([{ n: 1n }]);
  });
});

describe('an older database', () => {
  const first = ['CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (7)'];
  const second = [...first, 'ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1'];

  test('is brought up to date, and a copy of it stays beside it', async () => {
    const path = join(temporaryFolder(), 'state.db');
    await (await openSqlite(path, { migrations: first })).close();
    const migrated = await open(path, { migrations: second });
    expect(await migrated.all('SELECT * FROM a')).toEqual([{ x: 7n, y: 8n }]);
    expect(statSync(`${path}.v1`).mode & 0o777).toBe(0o600);
    const copy = await open(`${path}.v1`, { migrations: first });
    expect(await copy.all('SELECT * FROM a')).toEqual([{ x: 7n }]);
  });

  test('stays what it was when a step fails', async () => {
    const path = join(temporaryFolder(), 'state.db');
    await (await openSqlite(path, { migrations: first })).close();
    const broken = [...first, 'CREATE TABLE b (z INTEGER) STRICT; INSERT INTO nowhere VALUES (1)'];
    await expect(open(path, { migrations: broken })).rejects.toThrow('nowhere');
    const untouched = await open(path, { migrations: first });
    expect(await untouched.all("SELECT name FROM sqlite_schema WHERE type = 'table'")).toEqual([{ name: 'a' }]);
  });
});

function contentOf(path: string): string | null {
  return statSync(path).isFile() ? readFileSync(path, 'hex') : null;
}
