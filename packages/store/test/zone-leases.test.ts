import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/folder.ts';
import { domain, store } from './support/store.ts';

const ZONE = domain('parked.example');
const ANNA = { id: '1', who: 'anna on mx.example' };
const BERT = { id: '2', who: 'bert on ns.example' };
const LONG = 60_000;

test('a zone is worked on by one at a time, and the other is told by whom', async () => {
  const { zoneLeases } = await store();
  expect(await zoneLeases.take(ZONE, ANNA, LONG)).toBeNull();
  expect(await zoneLeases.take(ZONE, BERT, LONG)).toMatchObject({ zone: ZONE, who: ANNA.who });
  expect(await zoneLeases.take(domain('other.example'), BERT, LONG)).toBeNull();
  await zoneLeases.release(ZONE, BERT);
  expect(await zoneLeases.take(ZONE, BERT, LONG)).not.toBeNull();
  await zoneLeases.release(ZONE, ANNA);
  expect(await zoneLeases.take(ZONE, BERT, LONG)).toBeNull();
});

test('a run that is known to have ended has nothing, and nobody else is robbed for it', async () => {
  const { zoneLeases } = await store();
  await zoneLeases.take(ZONE, ANNA, LONG);
  expect(await zoneLeases.take(ZONE, BERT, LONG, 'somebody else')).toMatchObject({ holder: ANNA.id });
  expect(await zoneLeases.take(ZONE, BERT, LONG, ANNA.id)).toBeNull();
  expect(await zoneLeases.keep(ZONE, ANNA, LONG)).toBe(false);
});

test('a lease that was not kept goes to the next, and its holder learns of it', async () => {
  const { zoneLeases } = await store();
  await zoneLeases.take(ZONE, ANNA, -1);
  expect(await zoneLeases.keep(ZONE, ANNA, -1)).toBe(true);
  expect(await zoneLeases.take(ZONE, BERT, LONG)).toBeNull();
  expect(await zoneLeases.keep(ZONE, ANNA, LONG)).toBe(false);
  expect(await zoneLeases.take(ZONE, ANNA, LONG)).not.toBeNull();
});

test('of many that ask at once one gets it', async () => {
  const path = join(temporaryFolder(), 'state.db');
  const stores = await Promise.all([store(path), store(path), store(path)]);
  const asked = await Promise.all(
    stores.map(({ zoneLeases }, i) => zoneLeases.take(ZONE, { id: String(i), who: 'x' }, LONG)),
  );
  expect(asked.filter((other) => other === null)).toHaveLength(1);
});
