import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../src/index.ts';
import { MIGRATIONS } from '../src/schema.ts';
import { openSqlite } from '../src/sqlite.ts';
import { temporaryFolder } from './support/folder.ts';
import { contentOf, expectedOf, OLD_VERSIONS, rowsOf, writeOld } from './support/old-rows.ts';
import { joinTouching } from './support/store.ts';

test.each(OLD_VERSIONS)(
  'a database of version %i keeps all its rows, and a private copy of it stays beside it',
  async (version) => {
    const path = join(temporaryFolder(), 'state.db');
    const rows = rowsOf(version);
    await writeOld(await openSqlite(path, { migrations: MIGRATIONS.slice(0, version) }), rows);
    const opened = await openStore(path, { joinSpans: joinTouching });
    onTestFinished(() => opened.close());
    expect(await contentOf(opened)).toEqual(expectedOf(rows));

    const copy = `${path}.v${version}`;
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const old = await openSqlite(copy, { migrations: MIGRATIONS.slice(0, version) });
    onTestFinished(() => old.close());
    for (const { table } of rows) expect(await old.all(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: 1n }]);
  },
);

test('a newer database is refused, says what to do, and stays as it is', async () => {
  const path = join(temporaryFolder(), 'state.db');
  const newer = [...MIGRATIONS, 'CREATE TABLE later (x INTEGER) STRICT'];
  await (await openSqlite(path, { migrations: newer })).close();
  const before = readFileSync(path);
  await expect(openStore(path, { joinSpans: joinTouching })).rejects.toMatchObject({
    code: 'store-newer',
    message: expect.stringContaining(`its schema is ${newer.length}, this version knows ${MIGRATIONS.length}`),
    hint: expect.stringContaining('Install that version'),
  });
  expect(readFileSync(path)).toEqual(before);
});
