import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CopyWatch, copyState, openStore, type Store } from '../src/index.ts';
import { STATE_TABLES } from '../src/state-tables.ts';
import { temporaryFolder } from './support/folder.ts';
import { domain, entry, isPostgres, joinTouching, locationOf } from './support/store.ts';

type AnyStore = Store<unknown, unknown>;

const NOON = new Date('2026-11-23T12:00:00Z');
const UNWATCHED: CopyWatch = { at: NOON, onRows: () => {}, signal: new AbortController().signal };
/** More than two steps of a copy. */
const MANY = 5000;

/** A new database of the engine under test. */
function engine(): string {
  return isPostgres ? locationOf(randomUUID()) : file();
}

function file(): string {
  return join(temporaryFolder(), 'state.db');
}

async function using<T>(location: string, work: (store: AnyStore) => Promise<T>): Promise<T> {
  const store = await openStore<unknown, unknown>(location, { joinSpans: joinTouching });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const linesOf = (location: string): Promise<string[]> =>
  using(location, async ({ transfer }) => {
    const lines: string[] = [];
    await transfer.exportTo(async (line) => void lines.push(line));
    return lines;
  });

async function filled(location: string, count: number): Promise<string> {
  await using(location, async ({ ledger, lockedDomains }) => {
    const { run } = await ledger.startRun(NOON, ['mbox'], '');
    const far = entry(0, { arrivedAt: new Date('1999-12-31T23:59:59Z'), subject: 'Grüße \u{1F4EC}' });
    const entries = [far, ...Array.from({ length: count - 1 }, (_, i) => entry(i + 1))];
    await ledger.recordBatch(run, entries, { source: 'mbox:/a', position: '7', newItems: ['a', 'B', 'ä'] });
    await lockedDomains.add([domain('parked.example')], NOON, '2026-11-23-1');
  });
  return location;
}

/** Copies until that many rows of the table are seen, and is then gone: what is left is what `kill -9` leaves. */
async function cutOff(from: string, to: string, table: string, rows: number): Promise<void> {
  const ended = new AbortController();
  const onRows = (name: string, count: number): void => {
    if (name === table && count >= rows) ended.abort();
  };
  await expect(copyState(from, to, { at: NOON, onRows, signal: ended.signal })).rejects.toThrow('aborted');
}

describe('a copy', () => {
  const ways: readonly (readonly [string, () => string, () => string])[] = [
    ['to the same kind', engine, engine],
    ['to a file', engine, file],
    ['from a file', file, engine],
  ];
  test.each(ways)('%s holds the same, and says so', async (_, from, to) => {
    const [source, target] = [await filled(from(), 100), to()];
    const copied = await copyState(source, target, UNWATCHED);
    expect(await linesOf(target)).toEqual(await linesOf(source));
    expect(copied.map(({ table }) => table)).toEqual([...STATE_TABLES.keys()]);
    const rowsOf = (name: string): number | undefined => copied.find(({ table }) => table === name)?.rows;
    expect([rowsOf('event'), rowsOf('seen'), rowsOf('source_item'), rowsOf('notice')]).toEqual([100, 100, 3, 0]);
  });

  test('goes on counting where the other was', async () => {
    const [source, target] = [await filled(engine(), 3), engine()];
    await copyState(source, target, UNWATCHED);
    await using(target, async ({ ledger, lockedDomains }) => {
      const { run } = await ledger.startRun(NOON, ['mbox'], '');
      expect(run).toBe(2);
      expect([...(await ledger.recordBatch(run, [entry(2), entry(3)], null)).added]).toEqual([entry(3).identity]);
      expect(await lockedDomains.changesSince(0)).toMatchObject({ changes: [{ name: 'parked.example' }] });
    });
  });

  test.each([
    ['event', 2000],
    ['seen', 4000],
  ])('that was cut off in %s goes on where it was', async (table, rows) => {
    const [source, target] = [await filled(engine(), MANY), engine()];
    await cutOff(source, target, table, rows);
    await expect(linesOf(target)).rejects.toMatchObject({ code: 'store-half-copied' });
    await copyState(source, target, UNWATCHED);
    expect(await linesOf(target)).toEqual(await linesOf(source));
  });

  test('takes in what has changed in the source since it was cut off', async () => {
    const [source, target] = [await filled(engine(), MANY), engine()];
    await cutOff(source, target, 'seen', 2000);
    await using(source, async ({ ledger, lockedDomains }) => {
      await ledger.recordBatch(1, [entry(1, { backscatter: 'no' }), entry(MANY)], null, 'again');
      await lockedDomains.remove([domain('parked.example')]);
    });
    await copyState(source, target, UNWATCHED);
    expect(await linesOf(target)).toEqual(await linesOf(source));
  });

  test('that a second one overtakes ends, and the second is whole', async () => {
    const [source, target] = [await filled(engine(), MANY), engine()];
    let second: Promise<unknown> | null = null;
    const wholeCopy = async (): Promise<void> => {
      second ??= copyState(source, target, UNWATCHED);
      await second;
    };
    const first = copyState(source, target, { ...UNWATCHED, onRows: wholeCopy });
    await expect(first).rejects.toMatchObject({ code: 'store-busy' });
    expect(await linesOf(target)).toEqual(await linesOf(source));
  });
});

describe('a copy is refused, and the database left as it was,', () => {
  test('into one that holds something', async () => {
    const [source, target] = [await filled(engine(), 3), await filled(engine(), 2)];
    const before = await linesOf(target);
    await expect(copyState(source, target, UNWATCHED)).rejects.toMatchObject({ code: 'state-not-empty' });
    await expect(copyState(source, source, UNWATCHED)).rejects.toMatchObject({ code: 'state-not-empty' });
    expect(await linesOf(target)).toEqual(before);
  });

  test('into half a copy of another, and of half a copy', async () => {
    const [source, other, target] = [await filled(engine(), MANY), await filled(file(), 3), engine()];
    await cutOff(source, target, 'event', 2000);
    await expect(copyState(other, target, UNWATCHED)).rejects.toMatchObject({ code: 'store-half-copied' });
    await expect(copyState(target, file(), UNWATCHED)).rejects.toMatchObject({ code: 'store-half-copied' });
    await copyState(source, target, UNWATCHED);
    expect(await linesOf(target)).toEqual(await linesOf(source));
  });
});
