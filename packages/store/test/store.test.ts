import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../src/index.ts';
import { temporaryFolder } from './support/folder.ts';
import { entry, joinTouching, locationOf, store } from './support/store.ts';

test('what was recorded is there after closing and opening again', async () => {
  const path = join(temporaryFolder(), 'state.db');
  const first = await openStore(locationOf(path), { joinSpans: joinTouching });
  const run = (await first.ledger.startRun(new Date(0), [], '')).run;
  await first.ledger.recordBatch(run, [entry(1)], null);
  await first.close();
  const again = await store(path);
  expect(await again.ledger.known([entry(1).identity])).toEqual(new Set([entry(1).identity]));
});

describe('a place that no engine knows', () => {
  test.each([
    'mysql://user:secret@db.example/unsent',
    'postgres://user:secret@[db/unsent',
    'postgres://user:secret@db/x?schema=A-b',
  ])('%s is refused without a word of its password', async (location) => {
    const refused = openStore(location, { joinSpans: joinTouching });
    await expect(refused).rejects.toMatchObject({ code: 'store-unsupported' });
    await expect(refused).rejects.not.toThrow('secret');
  });
});
