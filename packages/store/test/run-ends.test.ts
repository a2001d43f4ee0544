import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore, type RunEnds } from '../src/index.ts';
import { temporaryFolder } from './support/folder.ts';
import { isPostgres, joinTouching, locationOf } from './support/store.ts';

const NOW = new Date('2026-11-24T10:00:00Z');

/** The ends of one database, as two hosts see them. */
async function twoHosts(): Promise<readonly [RunEnds, RunEnds]> {
  const location = locationOf(isPostgres ? randomUUID() : join(temporaryFolder(), 'state.db'));
  const open = async (host: string): Promise<RunEnds> => {
    const store = await openStore(location, { joinSpans: joinTouching, host });
    onTestFinished(() => store.close());
    return store.runEnds;
  };
  return [await open('mx1'), await open('mx2')];
}

test('the end of a run is due until it is done, however often it is begun', async () => {
  const [ends] = await twoHosts();
  await ends.begin(8, NOW);
  await ends.begin(7, NOW);
  await ends.begin(8, NOW);
  expect(await ends.due()).toEqual([7, 8]);
  await ends.done(7);
  await ends.done(7);
  expect(await ends.due()).toEqual([8]);
});

test('what a host has begun is left to that host', async () => {
  const [mx1, mx2] = await twoHosts();
  await mx1.begin(7, NOW);
  await mx2.begin(8, NOW);
  expect([await mx1.due(), await mx2.due()]).toEqual([[7], [8]]);
});
