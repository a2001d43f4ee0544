import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { openStore, type PieceQueue, type Store, type StoredCut, type TakenPiece } from '../src/index.ts';
import { entry, joinTouching, locationOf } from './support/store.ts';

const AT = new Date('2026-11-24T10:00:00Z');
const SOURCE = 'mbox:/var/mail/postmaster';
const result = (messages: number) => ({ worker: 'mx1.example:7', messages, added: messages - 1, milliseconds: 40 });

let db: Store<unknown, unknown>;
let location: string;
let run: number;

beforeEach(async () => {
  location = locationOf(randomUUID());
  db = await openStore(location, { joinSpans: joinTouching, busyLimitMs: 2000 });
  onTestFinished(() => db.close());
  run = (await db.ledger.startRun(AT, [SOURCE], '')).run;
});

async function queue(role: 'worker' | 'visitor' = 'visitor'): Promise<PieceQueue<object>> {
  const opened = await db.pieceQueue(role);
  onTestFinished(() => opened.close());
  return opened;
}

function cut(pieces: number, given: Partial<StoredCut<object>> = {}): StoredCut<object> {
  const all = Array.from({ length: pieces }, (_, i) => ({ piece: { number: i }, messages: 10, expireSeconds: 600 }));
  return {
    run,
    source: SOURCE,
    label: '/var/mail/postmaster',
    judgedBy: 'us',
    before: null,
    until: 'end',
    pieces: all,
    ...given,
  };
}

async function takeOne(from: PieceQueue<object>): Promise<TakenPiece> {
  const taken = await from.take('us');
  if (taken === null) throw new Error('nothing to take');
  return taken;
}

/** Statements of the test's own, with pg-boss's tables in front. */
async function sql(statement: string): Promise<readonly Record<string, unknown>[]> {
  const schema = new URL(location).searchParams.get('schema');
  const client = new pg.Client(inject('postgresUrl') ?? '');
  await client.connect();
  try {
    await client.query(`SET search_path TO ${schema}_jobs, ${schema}`);
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('pieces', () => {
  test('are handed out once each, in the order of the cut', async () => {
    const [one, other] = [await queue('worker'), await queue('worker')];
    expect(await one.put(cut(5), 3)).toBe(0);
    const taken = [];
    for (const from of [one, other, one, other, one]) taken.push((await takeOne(from)).piece);
    expect(taken).toEqual([0, 1, 2, 3, 4].map((number) => ({ number })));
    expect(await other.take('us')).toBeNull();
    expect(await other.open()).toBe(5);
  });

  test('are made by all who come first at the same time', async () => {
    const all = await Promise.all([1, 2, 3].map(async () => queue()));
    expect(await all[2]?.put(cut(1), 3)).toBe(0);
    expect((await takeOne(all[0] ?? (await queue()))).piece).toEqual({ number: 0 });
  });

  test('of a source are not put again while some are left', async () => {
    const pieces = await queue();
    await pieces.put(cut(2), 3);
    expect(await pieces.put(cut(3), 3)).toBe(2);
    await pieces.done(await takeOne(pieces), result(10), AT);
    expect(await pieces.put(cut(3), 3)).toBe(1);
    expect(await pieces.put(cut(1, { source: 'mbox:/another' }), 3)).toBe(0);
    await pieces.done(await takeOne(pieces), result(10), AT);
    expect(await pieces.put(cut(3), 3)).toBe(0);
  });

  test('that are given back are there at once', async () => {
    const pieces = await queue();
    await pieces.put(cut(1), 0);
    const taken = await takeOne(pieces);
    await pieces.giveBack(taken);
    expect((await takeOne(pieces)).id).toBe(taken.id);
  });

  test('whose worker died go to another, and a late answer changes nothing', async () => {
    const pieces = await queue('worker');
    await pieces.put(cut(1), 3);
    const late = await takeOne(pieces);
    await sql("UPDATE job SET started_on = now() - interval '1 hour'");
    let taken: TakenPiece | null = null;
    while (taken === null) taken = await pieces.take('us');
    expect(taken).toMatchObject({ id: late.id, retries: 1 });
    await pieces.done(taken, result(10), AT);
    await pieces.fail(late, 'too late', AT);
    await pieces.giveBack(late);
    expect(await pieces.open()).toBe(0);
    expect((await pieces.status()).failed).toEqual([]);
  });
});

describe('pieces that are to be judged by something else', () => {
  test('are left to others, and taken by those', async () => {
    const pieces = await queue();
    await pieces.put(cut(1, { judgedBy: 'them' }), 0);
    expect(await pieces.take('us')).toBeNull();
    expect(await pieces.nextOfOthers('us')).toEqual({ run, label: '/var/mail/postmaster', judgedBy: 'them' });
    expect(await pieces.nextOfOthers('them')).toBeNull();
    expect(await pieces.take('them')).toMatchObject({ piece: { number: 0 }, retries: 0 });
    expect([await pieces.nextOfOthers('us'), await pieces.take('us')]).toEqual([null, null]);
  });

  test('go to whom the same source is enqueued for again', async () => {
    const pieces = await queue();
    await pieces.put(cut(2, { judgedBy: 'them' }), 0);
    await pieces.put(cut(1, { source: 'mbox:/another', label: 'another', judgedBy: 'them' }), 0);
    expect(await pieces.put(cut(2), 0)).toBe(2);
    expect([(await takeOne(pieces)).piece, (await takeOne(pieces)).piece]).toEqual([{ number: 0 }, { number: 1 }]);
    expect(await pieces.take('us')).toBeNull();
    expect(await pieces.take('them')).toMatchObject({ label: 'another' });
  });

  test('are never read by two that come at once and judge differently', async () => {
    const queues = await Promise.all([queue(), queue(), queue(), queue()]);
    for (let i = 0; i < 12; i++) {
      await queues[0]?.put(
        cut(1, { source: `mbox:/${i}`, label: String(i), judgedBy: i % 2 === 0 ? 'us' : 'them' }),
        3,
      );
    }
    const wrong: string[] = [];
    let taken = 0;
    const work = async (from: PieceQueue<object>, judgedBy: string): Promise<void> => {
      while (taken < 12) {
        const one = await from.take(judgedBy);
        if (one === null) continue;
        taken++;
        if (Number(one.label) % 2 !== (judgedBy === 'us' ? 0 : 1)) wrong.push(one.label);
        await from.done(one, result(10), AT);
      }
    };
    await Promise.all(queues.map((from, i) => work(from, i % 2 === 0 ? 'us' : 'them')));
    expect(wrong).toEqual([]);
  });
});

describe('the cursor of a source', () => {
  test('moves when the last piece is done, whichever that is', async () => {
    const pieces = await queue();
    await pieces.put(cut(3), 3);
    const taken = [await takeOne(pieces), await takeOne(pieces), await takeOne(pieces)];
    for (const one of taken.reverse()) {
      expect(await db.ledger.positionOf(SOURCE)).toBeNull();
      await pieces.done(one, result(10), AT);
    }
    expect(await db.ledger.positionOf(SOURCE)).toBe('end');
  });

  test('stays where a piece failed', async () => {
    const pieces = await queue();
    await pieces.put(cut(2), 0);
    await pieces.fail(await takeOne(pieces), 'does not exist', AT);
    await pieces.done(await takeOne(pieces), result(10), AT);
    expect(await db.ledger.positionOf(SOURCE)).toBeNull();
  });

  test('stays where a piece failed whose job is gone since', async () => {
    const pieces = await queue();
    await pieces.put(cut(2), 0);
    await pieces.fail(await takeOne(pieces), 'does not exist', AT);
    await sql("DELETE FROM job WHERE state = 'failed'");
    await pieces.done(await takeOne(pieces), result(10), AT);
    expect(await db.ledger.positionOf(SOURCE)).toBeNull();
  });

  test('counts pieces that pg-boss has archived', async () => {
    const pieces = await queue('worker');
    await pieces.put(cut(2), 0);
    await pieces.done(await takeOne(pieces), result(10), AT);
    await sql("UPDATE job SET completed_on = now() - interval '2 days' WHERE state = 'completed'");
    while ((await sql('SELECT 1 FROM archive')).length === 0) await new Promise((resume) => setTimeout(resume, 100));
    await pieces.done(await takeOne(pieces), result(10), AT);
    expect(await db.ledger.positionOf(SOURCE)).toBe('end');
  });

  test('that a scan has moved meanwhile is left alone', async () => {
    const pieces = await queue();
    await pieces.put(cut(1), 3);
    await db.ledger.recordBatch(run, [], { source: SOURCE, position: 'further', newItems: [] });
    await pieces.done(await takeOne(pieces), result(10), AT);
    expect(await db.ledger.positionOf(SOURCE)).toBe('further');
  });

  test('goes on from where it was', async () => {
    const pieces = await queue();
    await db.ledger.recordBatch(run, [], { source: SOURCE, position: 'begin', newItems: [] });
    await pieces.put(cut(1, { before: 'begin' }), 3);
    await pieces.done(await takeOne(pieces), result(10), AT);
    expect(await db.ledger.positionOf(SOURCE)).toBe('end');
  });
});

describe('a run', () => {
  test('ends once, with its last piece, done or failed', async () => {
    const pieces = await queue();
    await pieces.put(cut(2), 0);
    const [first, second] = [await takeOne(pieces), await takeOne(pieces)];
    expect(await pieces.done(first, result(10), AT)).toEqual({ isFinal: true, endsRun: false });
    expect(await pieces.fail(second, 'broken', AT)).toEqual({ isFinal: true, endsRun: true });
    expect(await pieces.done(first, result(10), AT)).toEqual({ isFinal: true, endsRun: false });
    expect((await pieces.status()).runs).toMatchObject([{ run, finishedAt: AT, isEnding: true, messages: 10 }]);
    expect(await pieces.endAbandoned(AT)).toEqual([]);
    // Whoever comes next finds it, until it is done; a late answer does not bring it back.
    expect(await db.runEnds.due()).toEqual([run]);
    await db.runEnds.done(run);
    await pieces.done(first, result(10), AT);
    expect(await db.runEnds.due()).toEqual([]);
    expect((await pieces.status()).runs).toMatchObject([{ isEnding: false }]);
  });

  test('ends once, too, when its last piece killed every worker that took it', async () => {
    const pieces = await queue('worker');
    await pieces.put(cut(2), 0);
    await pieces.done(await takeOne(pieces), result(10), AT);
    await takeOne(pieces);
    expect(await pieces.endAbandoned(AT)).toEqual([]);
    await sql("UPDATE job SET started_on = now() - interval '1 hour' WHERE state = 'active'");
    while ((await pieces.open()) > 0) await new Promise((resume) => setTimeout(resume, 100));
    expect(await db.runEnds.due()).toEqual([]);
    expect(await pieces.endAbandoned(AT)).toEqual([run]);
    expect(await pieces.endAbandoned(AT)).toEqual([]);
    expect(await db.runEnds.due()).toEqual([run]);
    expect((await pieces.status()).failed).toMatchObject([{ reason: expect.stringContaining('it was killed') }]);
  });
});

describe('a piece that fails', () => {
  test('is tried again, and is a dead letter with its reason after the last try', async () => {
    const pieces = await queue();
    await pieces.put(cut(1), 1);
    expect(await pieces.fail(await takeOne(pieces), 'first', AT)).toEqual({ isFinal: false, endsRun: false });
    let again: TakenPiece | null = null;
    while (again === null) again = await pieces.take('us');
    expect(await pieces.fail(again, 'does not exist', AT)).toEqual({ isFinal: true, endsRun: true });
    expect((await pieces.status()).failed).toMatchObject([
      { label: '/var/mail/postmaster', run, reason: 'does not exist', piece: { number: 0 } },
    ]);
  });

  test('is forgotten when its source is cut again', async () => {
    const pieces = await queue();
    await pieces.put(cut(1), 0);
    await pieces.fail(await takeOne(pieces), 'does not exist', AT);
    await pieces.put(cut(1, { source: 'mbox:/another' }), 0);
    expect((await pieces.status()).failed).toHaveLength(1);
    await pieces.put(cut(1), 0);
    expect((await pieces.status()).failed).toEqual([]);
  });
});

test('the status tells runs and workers, and who is at what', async () => {
  const pieces = await queue();
  await pieces.put(cut(4), 0);
  await db.ledger.recordBatch(run, [entry(1), entry(2)], null);
  await pieces.done(await takeOne(pieces), result(10), AT);
  await pieces.done(await takeOne(pieces), { ...result(8), worker: 'mx2.example:9' }, AT);
  const busy = await takeOne(pieces);
  const holder = { host: 'mx2.example', pid: 9, start: '1' };
  await db.scanLocks.take([busy.lock], holder, AT, () => false);
  const status = await pieces.status();
  expect(status.runs).toEqual([
    {
      run,
      label: '/var/mail/postmaster',
      startedAt: AT,
      finishedAt: null,
      isEnding: false,
      pieces: { waiting: 1, active: 1, done: 2, failed: 0 },
      messages: 18,
      added: 2,
      messagesLeft: 20,
    },
  ]);
  expect(status.workers).toMatchObject([
    { worker: 'mx1.example:7', pieces: 1, messages: 10, at: null },
    { worker: 'mx2.example:9', pieces: 1, messages: 8, at: { label: '/var/mail/postmaster' } },
  ]);
});

test('a database that is a file has no pieces', async () => {
  const file = await openStore(':memory:', { joinSpans: joinTouching });
  onTestFinished(() => file.close());
  await expect(file.pieceQueue('visitor')).rejects.toMatchObject({ code: 'store-not-shared', exitCode: 2 });
});
