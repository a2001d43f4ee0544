import type { Ledger, LedgerEntry, MailSource, RawMessage, SourceCursor } from '@unsent/bounce';
import { UnsentError } from '@unsent/dns';
import { expect, test } from 'vitest';
import type { Actor } from '../../src/actions/actor.ts';
import { BATCH_LIMITS, inBatches } from '../../src/scan/batch.ts';
import { type Classified, unjudged } from '../../src/scan/classified.ts';
import type { Classify } from '../../src/scan/classify.ts';
import { type Pipeline, scanSource } from '../../src/scan/pipeline.ts';
import { type JudgedBatch, recorder } from '../../src/scan/recorder.ts';

const NOW = new Date('2026-11-23T12:00:00Z');

function message(number: number, given: Partial<RawMessage> = {}): RawMessage {
  return {
    bytes: Buffer.from(`Subject: ${number}\n\nbody\n`),
    place: `mbox#${number}`,
    item: null,
    position: () => `after ${number}`,
    cutFromBytes: null,
    error: null,
    ...given,
  };
}

function sourceOf(messages: readonly RawMessage[], onRead: (index: number) => void = () => {}): MailSource {
  return {
    name: 'mbox:/x',
    kind: 'mbox',
    label: '/x',
    progress: () => ({ done: 0, total: null }),
    notes: () => [],
    async *messages() {
      for (const [index, one] of messages.entries()) {
        onRead(index);
        yield one;
      }
    },
  };
}

type Recorded = { readonly entries: readonly LedgerEntry[]; readonly cursor: SourceCursor | null };

/** A ledger that knows nothing and remembers what it was told. */
function fakeLedger(): Ledger & { readonly batches: Recorded[] } {
  const batches: Recorded[] = [];
  const never = (): never => {
    throw new Error('not asked in this test');
  };
  return {
    batches,
    startRun: async () => ({ run: 1, basisBefore: null }),
    finishRun: async () => undefined,
    positionOf: async () => null,
    compareItems: async (_, items) => ({ unread: items, gone: [] }),
    forgetItems: async () => {},
    known: async () => new Set(),
    recordBatch: async (_, entries, cursor) => {
      batches.push({ entries, cursor });
      return { added: new Set(entries.map(({ identity }) => identity)), changed: 0 };
    },
    totalsByDomain: never,
    totalsByHour: never,
    top: never,
  };
}

const judged: Classified = { ...unjudged(NOW, ''), error: null };
const judgeAll: Classify = async (messages) => messages.map(() => judged);

function pipeline(ledger: Ledger, given: Partial<Pipeline> = {}): Pipeline {
  return {
    ledger,
    run: 1,
    classify: judgeAll,
    window: 3,
    again: false,
    actor: null,
    writeLine: null,
    signal: new AbortController().signal,
    now: () => NOW,
    onProgress: () => {},
    ...given,
  };
}

const many = (count: number): RawMessage[] => Array.from({ length: count }, (_, i) => message(i + 1));

test('batches are recorded in the order of the source, each with its own cursor', async () => {
  const ledger = fakeLedger();
  let batch = 0;
  // The first batches take longest.
  const classify: Classify = async (messages) => {
    await new Promise((resume) => setTimeout(resume, Math.max(0, 30 - 10 * batch++)));
    return judgeAll(messages);
  };
  const totals = await scanSource(sourceOf(many(1700)), pipeline(ledger, { classify }));
  expect(totals).toEqual({
    read: 1700,
    added: 1700,
    changed: 0,
    faulty: 0,
    unreadable: 0,
    firstUnreadable: null,
  });
  expect(ledger.batches.map(({ cursor }) => cursor?.position)).toEqual([
    'after 500',
    'after 1000',
    'after 1500',
    'after 1700',
  ]);
  expect(ledger.batches.flatMap(({ entries }) => entries).map(({ place }) => place)).toEqual(
    many(1700).map(({ place }) => place),
  );
});

test('no more is read than the window holds while the judging lags behind', async () => {
  let [read, done] = [0, 0];
  let farthest = 0;
  const classify: Classify = async (messages) => {
    await new Promise((resume) => setTimeout(resume, 2));
    done += messages.length;
    return judgeAll(messages);
  };
  const source = sourceOf(many(5000), (index) => {
    read = index + 1;
    farthest = Math.max(farthest, read - done);
  });
  await scanSource(source, pipeline(fakeLedger(), { classify }));
  expect(farthest).toBeLessThanOrEqual((3 + 2) * BATCH_LIMITS.messages);
});

test('what was interrupted ends on a whole batch, and the cursor says so', async () => {
  const [ledger, stop] = [fakeLedger(), new AbortController()];
  const source = sourceOf(many(3000), (index) => {
    if (index === 1200) stop.abort();
  });
  const totals = await scanSource(source, pipeline(ledger, { signal: stop.signal }));
  const recorded = ledger.batches.flatMap(({ entries }) => entries);
  expect(recorded).toHaveLength(totals.read);
  expect(totals.read).toBeLessThan(3000);
  expect(ledger.batches.at(-1)?.cursor?.position).toBe(`after ${totals.read}`);
});

test('a failure of the database ends the scan, and nothing after it is recorded', async () => {
  const ledger = fakeLedger();
  const failing: Ledger = {
    ...ledger,
    recordBatch: async (run, entries, cursor) => {
      if (ledger.batches.length === 1) throw new Error('disk full');
      return ledger.recordBatch(run, entries, cursor);
    },
  };
  await expect(scanSource(sourceOf(many(3000)), pipeline(failing))).rejects.toThrow('disk full');
  expect(ledger.batches).toHaveLength(1);
});

test('a message that could not be opened is told, not recorded, and tried again', async () => {
  const ledger = fakeLedger();
  const lines: string[] = [];
  const messages = [
    message(1, { item: 'a', position: null }),
    message(2, { item: 'b', position: null, bytes: Buffer.alloc(0), error: 'EACCES' }),
  ];
  const totals = await scanSource(sourceOf(messages), pipeline(ledger, { writeLine: (line) => lines.push(line) }));
  expect(totals).toEqual({
    read: 2,
    added: 1,
    changed: 0,
    faulty: 0,
    unreadable: 1,
    firstUnreadable: 'mbox#2: EACCES',
  });
  expect(ledger.batches[0]?.cursor).toEqual({ source: 'mbox:/x', position: null, newItems: ['a'] });
  expect(lines.map((line) => JSON.parse(line).error)).toEqual([null, 'EACCES']);
});

test('known messages are judged only where their lines are wanted', async () => {
  const asked: number[] = [];
  const classify: Classify = async (messages) => {
    asked.push(messages.length);
    return judgeAll(messages);
  };
  const ledger: Ledger = { ...fakeLedger(), known: async (identities) => new Set(identities.slice(0, 2)) };
  await scanSource(sourceOf(many(5)), pipeline(ledger, { classify }));
  await scanSource(sourceOf(many(5)), pipeline(ledger, { classify, writeLine: () => {} }));
  expect(asked).toEqual([3, 5]);
});

test('a message larger than a batch is a batch by itself', async () => {
  const large = message(2, { bytes: Buffer.alloc(BATCH_LIMITS.bytes + 1) });
  const sizes = [];
  async function* messages(): AsyncGenerator<RawMessage> {
    yield* [message(1), large, message(3)];
  }
  for await (const batch of inBatches(messages(), BATCH_LIMITS)) sizes.push(batch.messages.length);
  expect(sizes).toEqual([1, 1, 1]);
});

test('what came before a source broke off is recorded, and the error is told', async () => {
  const ledger = fakeLedger();
  const broken = sourceOf([message(1), message(2), message(3)], (index) => {
    if (index === 2) throw new UnsentError('source-unreadable', { message: '/x behind its message 2 cannot be read.' });
  });
  await expect(scanSource(broken, pipeline(ledger))).rejects.toThrow('behind its message 2');
  expect(ledger.batches.flatMap(({ entries }) => entries.map(({ place }) => place))).toEqual(['mbox#1', 'mbox#2']);
});

test.each<[string, number]>([
  ['at the first commit', 1],
  ['at a later one', 2],
])('when what is to be done cannot be written down %s, nothing behind it is recorded', async (_, failsAt) => {
  const ledger = fakeLedger();
  let intended = 0;
  const actor: Actor = {
    wants: () => true,
    // As when the file that messages are copied to cannot be opened.
    intend: async () => {
      if (++intended === failsAt) throw new UnsentError('source-unreadable', { message: '/copy.mbox cannot be read.' });
    },
    perform: async () => {},
    recorded: () => {},
  };
  await expect(scanSource(sourceOf(many(1700)), pipeline(ledger, { actor }))).rejects.toThrow('/copy.mbox');
  expect(ledger.batches.map(({ cursor }) => cursor?.position)).toEqual(['after 500'].slice(0, failsAt - 1));
});

test('a commit after one that failed fails as well', async () => {
  const ledger = fakeLedger();
  let isFull = true;
  const failing: Ledger = {
    ...ledger,
    recordBatch: async (run, entries, cursor) => {
      if (isFull) throw new Error('disk full');
      return ledger.recordBatch(run, entries, cursor);
    },
  };
  const records = recorder({ ledger: failing, run: 1, again: false, writeLine: null, actor: null });
  const batchOf = (number: number): JudgedBatch => ({
    messages: [],
    cursor: { source: 'mbox:/x', position: `after ${number}`, newItems: [] },
  });
  await records.add(batchOf(1));
  await expect(records.flush()).rejects.toThrow('disk full');
  isFull = false;
  await records.add(batchOf(2));
  await expect(records.flush()).rejects.toThrow('disk full');
  expect(ledger.batches).toEqual([]);
});

test.each<[string, readonly string[], Partial<Pipeline>, readonly string[]]>([
  ['is forgotten', ['a'], {}, ['gone']],
  ['is kept while the mailbox is empty, as one is that is not mounted', [], {}, []],
  ['is kept when the scan was ended', ['a'], { signal: AbortSignal.abort() }, []],
])('an item that is not there any more %s', async (_, items, given, expected) => {
  const forgotten: string[] = [];
  const ledger: Ledger = {
    ...fakeLedger(),
    compareItems: async () => ({ unread: items, gone: ['gone'] }),
    forgetItems: async (_name, gone) => void forgotten.push(...gone),
  };
  const source: MailSource = {
    ...sourceOf([]),
    async *messages({ unread }) {
      for (const item of await unread(items)) yield message(1, { item, position: null });
    },
  };
  await scanSource(source, pipeline(ledger, given));
  expect(forgotten).toEqual(expected);
});

test('a database that lets nothing be deleted does not end the scan', async () => {
  const ledger: Ledger = {
    ...fakeLedger(),
    compareItems: async (_, items) => ({ unread: items, gone: ['gone'] }),
    forgetItems: async () => {
      throw new UnsentError('store-forbidden', { message: 'no' });
    },
  };
  const source: MailSource = {
    ...sourceOf([]),
    async *messages({ unread }) {
      for (const item of await unread(['a'])) yield message(1, { item, position: null });
    },
  };
  expect((await scanSource(source, pipeline(ledger))).added).toBe(1);
});
