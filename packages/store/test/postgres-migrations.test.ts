import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../src/index.ts';
import { openPostgres } from '../src/postgres.ts';
import { MIGRATIONS } from '../src/schema.ts';
import { contentOf, expectedOf, OLD_VERSIONS, rowsOf, writeOld } from './support/old-rows.ts';
import { entry, joinTouching, locationOf } from './support/store.ts';

test.each(OLD_VERSIONS)(
  'a database of version %i keeps all its rows, when two bring it up to date at once',
  async (version) => {
    const location = locationOf(`version ${version}`);
    const rows = rowsOf(version);
    await writeOld(await openPostgres(location, { migrations: MIGRATIONS.slice(0, version) }), rows);
    const opened = await Promise.all([1, 2].map(() => openStore(location, { joinSpans: joinTouching })));
    for (const store of opened) {
      onTestFinished(() => store.close());
      expect(await contentOf(store)).toEqual(expectedOf(rows));
      expect((await store.upkeep.describe()).schemaVersion).toBe(MIGRATIONS.length);
    }
  },
);

test('a database that was brought up to date is as one that was made new', async () => {
  const [old, made] = [locationOf('old'), locationOf('new')];
  await (await openPostgres(old, { migrations: MIGRATIONS.slice(0, 1) })).close();
  const shapes = await Promise.all([shapeOf(old), shapeOf(made)]);
  expect(shapes[0]).toEqual(shapes[1]);
  expect(shapes[0]?.length).toBeGreaterThan(100);
});

test('a month that was made by an older version takes events of this one', async () => {
  const location = locationOf('old months');
  const old = await openPostgres(location, { migrations: MIGRATIONS.slice(0, 1) });
  await old.server?.prepareMonths([entry(1).arrivedAt.getTime()]);
  await old.close();
  const store = await openStore(location, { joinSpans: joinTouching });
  onTestFinished(() => store.close());
  const { run } = await store.ledger.startRun(new Date(), ['mbox'], '');
  expect((await store.ledger.recordBatch(run, [entry(1)], null)).added.size).toBe(1);
});

/** Columns, indexes, functions and triggers. */
async function shapeOf(location: string): Promise<readonly unknown[]> {
  const sql = await openPostgres(location);
  try {
    const rows = await sql.all(
      `SELECT 'column' AS what, table_name || '.' || column_name AS name, data_type || COALESCE(collation_name, '') || is_nullable AS kind
         FROM information_schema.columns WHERE table_schema = current_schema()
       UNION ALL SELECT 'index', indexname, regexp_replace(indexdef, ' ON .* USING ', ' USING ') FROM pg_indexes
         WHERE schemaname = current_schema()
       UNION ALL SELECT 'function', proname, '' FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
       UNION ALL SELECT 'trigger', trigger_name, event_object_table FROM information_schema.triggers
         WHERE trigger_schema = current_schema()
       ORDER BY 1, 2, 3`,
    );
    return rows.map((row) => ({ ...row }));
  } finally {
    await sql.close();
  }
}
