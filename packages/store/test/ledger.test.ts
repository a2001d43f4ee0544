import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredEntry, StoredFilter, StoreLedger } from '../src/index.ts';
import { temporaryFolder } from './support/folder.ts';
import { domain, entry, isPostgres, store } from './support/store.ts';

const ALL: StoredFilter = { run: null, domain: null, backscatter: null, since: null, until: null };
const NOW = new Date('2026-11-23T12:00:00Z');

async function runOf(ledger: StoreLedger): Promise<number> {
  return (await ledger.startRun(NOW, ['/var/mail/postmaster'], 'basis')).run;
}

async function emptyLedger(): Promise<{ ledger: StoreLedger; run: number }> {
  const { ledger } = await store();
  return { ledger, run: await runOf(ledger) };
}

async function ledgerOf(entries: readonly StoredEntry[]): Promise<StoreLedger> {
  const { ledger, run } = await emptyLedger();
  await ledger.recordBatch(run, entries, null);
  return ledger;
}

describe('a message counts once', () => {
  test('within a batch, in a later batch and from another scanner', async () => {
    const path = join(temporaryFolder(), 'state.db');
    const [one, other] = [await store(path), await store(path)];
    const run = await runOf(one.ledger);
    const first = await one.ledger.recordBatch(run, [entry(1), entry(1), entry(2)], null);
    const second = await other.ledger.recordBatch(run, [entry(2), entry(3)], null);
    const third = await one.ledger.recordBatch(run, [entry(1), entry(2), entry(3)], null);
    expect([[...first.added], [...second.added], [...third.added]]).toEqual([
      [entry(1).identity, entry(2).identity],
      [entry(3).identity],
      [],
    ]);
    expect(await one.ledger.totalsByDomain(ALL)).toMatchObject([{ domain: 'parked.example', messages: 3 }]);
  });

  test('however the messages are dealt out to scanners at work at the same time', async () => {
    const path = join(temporaryFolder(), 'state.db');
    const scanners = await Promise.all([store(path), store(path), store(path)]);
    const run = scanners[0] === undefined ? 0 : await runOf(scanners[0].ledger);
    const batches = scanners.flatMap(({ ledger }, which) =>
      Array.from({ length: 10 }, (_, batch) =>
        ledger.recordBatch(
          run,
          Array.from({ length: 20 }, (__, i) => entry((batch * 13 + which * 7 + i) % 100)),
          null,
        ),
      ),
    );
    const added = (await Promise.all(batches)).reduce((sum, one) => sum + one.added.size, 0);
    const distinct = new Set(
      scanners.flatMap((_, which) =>
        Array.from({ length: 200 }, (__, n) => (Math.floor(n / 20) * 13 + which * 7 + (n % 20)) % 100),
      ),
    );
    expect(added).toBe(distinct.size);
    const totals = await scanners[0]?.ledger.totalsByDomain(ALL);
    expect(totals?.[0]?.messages).toBe(distinct.size);
  });

  test('known tells which identities are recorded, also for many of them', async () => {
    const ledger = await ledgerOf(Array.from({ length: 700 }, (_, i) => entry(i)));
    const asked = Array.from({ length: 1300 }, (_, i) => entry(i + 100).identity);
    expect(await ledger.known(asked)).toEqual(new Set(asked.slice(0, 600)));
  });
});

describe('the cursor', () => {
  test('is stored with the batch it belongs to', async () => {
    const { ledger, run } = await emptyLedger();
    expect(await ledger.positionOf('mbox:/a')).toBeNull();
    await ledger.recordBatch(run, [entry(1)], { source: 'mbox:/a', position: 'at 7', newItems: [] });
    await ledger.recordBatch(run, [], { source: 'mbox:/b', position: 'at 9', newItems: [] });
    expect([await ledger.positionOf('mbox:/a'), await ledger.positionOf('mbox:/b')]).toEqual(['at 7', 'at 9']);
  });

  test('is taken back with the batch when the batch fails', async () => {
    const { ledger, run } = await emptyLedger();
    const wrong = entry(1, { arrivedAt: new Date(Number.NaN) });
    const cursor = { source: 'mbox:/a', position: 'at 7', newItems: [] };
    await expect(ledger.recordBatch(run, [entry(2), wrong], cursor)).rejects.toThrow();
    expect(await ledger.positionOf('mbox:/a')).toBeNull();
    expect(await ledger.totalsByDomain(ALL)).toEqual([]);
    expect(await ledger.known([entry(2).identity])).toEqual(new Set());
  });

  test('keeps items for sources without an order, each source its own', async () => {
    const { ledger, run } = await emptyLedger();
    const items = Array.from({ length: 1200 }, (_, i) => `1700000000.M${i}.host`);
    await ledger.recordBatch(run, [], { source: 'maildir:/a', position: null, newItems: items.slice(0, 800) });
    await ledger.recordBatch(run, [], { source: 'maildir:/a', position: null, newItems: items.slice(700, 900) });
    expect(await ledger.compareItems('maildir:/a', items)).toEqual({ unread: items.slice(900), gone: [] });
    expect(await ledger.compareItems('maildir:/b', items)).toEqual({ unread: items, gone: [] });
    expect(await ledger.positionOf('maildir:/a')).toBeNull();
  });

  test('tells the unread of more items than fit into one question, strange names among them', async () => {
    const { ledger, run } = await emptyLedger();
    const items = Array.from({ length: 45_000 }, (_, i) => (i % 9000 === 5 ? `two\nlines ${i}` : `${i}.M7P1.host`));
    const read = items.filter((_, i) => i % 3 !== 0);
    await ledger.recordBatch(run, [], { source: 'maildir:/a', position: null, newItems: [...read, 'gone since'] });
    const unread = items.filter((_, i) => i % 3 === 0);
    expect(await ledger.compareItems('maildir:/a', items)).toEqual({ unread, gone: ['gone since'] });
    expect(await ledger.compareItems('maildir:/b', items)).toEqual({ unread: items, gone: [] });
  });

  test('forgets items that are gone, of one source and no other', async () => {
    const { ledger, run } = await emptyLedger();
    const items = Array.from({ length: 12_000 }, (_, i) => `${i}.M7P1.host`);
    for (const source of ['maildir:/a', 'maildir:/b']) {
      await ledger.recordBatch(run, [], { source, position: null, newItems: items });
    }
    await ledger.forgetItems('maildir:/a', [...items.slice(600), 'never seen']);
    await ledger.forgetItems('maildir:/c', items);
    const left = { unread: [], gone: items.slice(0, 600).sort() };
    expect(await ledger.compareItems('maildir:/a', [])).toEqual(left);
    expect(await ledger.compareItems('maildir:/b', items)).toEqual({ unread: [], gone: [] });
  });
});

describe('totals', () => {
  const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 23, hour, 30));
  const entries = [
    entry(1, { arrivedAt: at(1) }),
    entry(2, { arrivedAt: at(2), isDecisive: false }),
    entry(3, { arrivedAt: at(3), kind: 'auto-reply', backscatter: 'unknown', isDecisive: false }),
    entry(4, { arrivedAt: at(4), kind: 'ordinary', backscatter: 'unknown', isDecisive: false }),
    entry(5, { arrivedAt: at(5), domain: domain('shop.example'), backscatter: 'no' }),
    entry(6, { arrivedAt: at(6), domain: null, kind: 'ordinary', backscatter: 'unknown' }),
  ];
  const parked = {
    domain: 'parked.example',
    messages: 4,
    bounces: 2,
    backscatter: 2,
    genuine: 0,
    unknown: 1,
    decisive: 1,
    firstSeen: at(1),
    lastSeen: at(4),
  };

  test('by domain, the largest first, with what has no domain', async () => {
    const totals = await (await ledgerOf(entries)).totalsByDomain(ALL);
    expect(totals[0]).toEqual(parked);
    expect(totals.map((one) => [one.domain, one.messages, one.genuine])).toEqual([
      ['parked.example', 4, 0],
      [null, 1, 0],
      ['shop.example', 1, 1],
    ]);
  });

  test('of one run are the same sums', async () => {
    const { ledger, run } = await emptyLedger();
    await ledger.recordBatch(run, entries, null);
    const later = await runOf(ledger);
    await ledger.recordBatch(later, [entry(7, { arrivedAt: at(7) })], null);
    expect((await ledger.totalsByDomain({ ...ALL, run }))[0]).toEqual(parked);
    expect(await ledger.totalsByDomain({ ...ALL, run: later })).toMatchObject([{ messages: 1, firstSeen: at(7) }]);
  });

  test.each<[string, Partial<StoredFilter>, number]>([
    ['a domain', { domain: domain('shop.example') }, 1],
    ['a verdict', { backscatter: 'yes' }, 2],
    ['a beginning, by whole hours', { since: new Date(Date.UTC(2026, 10, 23, 4, 59)) }, 3],
    ['an end, by whole hours', { until: new Date(Date.UTC(2026, 10, 23, 3, 1)) }, 3],
    ['nothing', {}, 6],
  ])('may be asked for %s', async (_, filter, messages) => {
    const { ledger, run } = await emptyLedger();
    await ledger.recordBatch(run, entries, null);
    for (const asked of [
      { ...ALL, ...filter },
      { ...ALL, ...filter, run },
    ]) {
      const totals = await ledger.totalsByDomain(asked);
      expect(totals.reduce((sum, one) => sum + one.messages, 0)).toBe(messages);
    }
  });

  test('by hour leave out the hours without mail', async () => {
    const hours = await (await ledgerOf(entries)).totalsByHour({ ...ALL, domain: domain('parked.example') });
    expect(hours).toEqual([
      { hour: new Date(Date.UTC(2026, 10, 23, 1)), messages: 1, bounces: 1, backscatter: 1 },
      { hour: new Date(Date.UTC(2026, 10, 23, 2)), messages: 1, bounces: 1, backscatter: 1 },
      { hour: new Date(Date.UTC(2026, 10, 23, 3)), messages: 1, bounces: 0, backscatter: 0 },
      { hour: new Date(Date.UTC(2026, 10, 23, 4)), messages: 1, bounces: 0, backscatter: 0 },
    ]);
  });

  test('kept by the hour are the sums of the single messages, in any batches', async () => {
    const kind = fc.constantFrom('bounce', 'auto-reply', 'ordinary');
    const verdict = fc.constantFrom('yes', 'no', 'unknown');
    const name = fc.constantFrom(domain('a.example'), domain('b.example'), null);
    const some = fc.record({
      kind,
      backscatter: verdict,
      domain: name,
      minutes: fc.nat(600),
      isDecisive: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(some, { maxLength: 15 }), { maxLength: 5 }), async (batches) => {
        const { ledger, run } = await emptyLedger();
        let number = 0;
        for (const batch of batches) {
          const made = batch.map(({ minutes, ...given }) =>
            entry(number++, { ...given, arrivedAt: new Date(minutes * 60_000) }),
          );
          await ledger.recordBatch(run, made, null);
        }
        expect(await ledger.totalsByDomain(ALL)).toEqual(await ledger.totalsByDomain({ ...ALL, run }));
        expect(await ledger.totalsByHour(ALL)).toEqual(await ledger.totalsByHour({ ...ALL, run }));
      }),
      { numRuns: isPostgres ? 8 : 30 },
    );
  });
});

describe('the most frequent', () => {
  const entries = [
    entry(1, { reporter: 'a.example', evidence: ['x', 'y'] }),
    entry(2, { reporter: 'b.example', evidence: ['y'], originSpf: null }),
    entry(3, { reporter: 'b.example', evidence: [], localPart: 'anna', originIp: '203.0.113.77' }),
    entry(4, { reporter: null, backscatter: 'no', evidence: ['z'], kind: 'arf', originNetwork: null }),
  ];
  test.each([
    [
      'reporter',
      [
        ['b.example', 2],
        ['a.example', 1],
      ],
    ],
    [
      'origin',
      [
        ['203.0.113.9', 3],
        ['203.0.113.77', 1],
      ],
    ],
    ['network', [['203.0.113.0/24', 3]]],
    [
      'local-part',
      [
        ['sales', 3],
        ['anna', 1],
      ],
    ],
    ['origin-spf', [['fail', 3]]],
    [
      'evidence',
      [
        ['y', 2],
        ['x', 1],
        ['z', 1],
      ],
    ],
    [
      'kind',
      [
        ['bounce', 3],
        ['arf', 1],
      ],
    ],
  ] as const)('%s', async (question, expected) => {
    const found = await (await ledgerOf(entries)).top(question, ALL, 10);
    expect(found.map(({ name, count }) => [name, count])).toEqual(expected);
  });

  test('are as many as asked for, among those the filter names', async () => {
    const ledger = await ledgerOf(entries);
    expect(await ledger.top('reporter', ALL, 1)).toEqual([{ name: 'b.example', count: 2 }]);
    expect(await ledger.top('evidence', { ...ALL, backscatter: 'no' }, 5)).toEqual([{ name: 'z', count: 1 }]);
  });
});

test('text from mail is stored as it came, but for NUL', async () => {
  const odd = '\'; DROP TABLE event; -- \u0000\u202e\n"%_?$1';
  const ledger = await ledgerOf([entry(1, { reporter: odd, subject: odd, localPart: odd })]);
  expect(await ledger.top('reporter', ALL, 5)).toEqual([{ name: odd.replace('\0', '\ufffd'), count: 1 }]);
});

test('a run tells what the verdicts of the run before rested on', async () => {
  const { ledger } = await store();
  expect(await ledger.startRun(NOW, [], 'one')).toMatchObject({ basisBefore: null });
  expect(await ledger.startRun(NOW, [], 'two')).toMatchObject({ basisBefore: 'one' });
});

describe('judging again', () => {
  const before = [
    entry(1),
    entry(2, { domain: domain('b.example'), backscatter: 'unknown', isDecisive: false }),
    entry(3),
  ];

  test('writes the new verdict over the old one and counts nothing twice', async () => {
    const { ledger, run } = await emptyLedger();
    await ledger.recordBatch(run, before, null);
    const now = entry(2, { backscatter: 'yes', isDecisive: true, evidence: ['domain-unused'] });
    const later = { arrivedAt: NOW, source: '/elsewhere', place: '/elsewhere#1' };
    const result = await ledger.recordBatch(run, [{ ...now, ...later }, entry(3), entry(4)], null, 'again');
    expect(result).toEqual({ added: new Set([entry(4).identity]), changed: 1 });
    expect(await ledger.totalsByDomain(ALL)).toEqual(await ledger.totalsByDomain({ ...ALL, run }));
    expect(await ledger.totalsByDomain(ALL)).toMatchObject([
      { domain: 'parked.example', messages: 4, backscatter: 4, firstSeen: before[0]?.arrivedAt },
    ]);
    expect((await ledger.recordBatch(run, [{ ...now, ...later }], null, 'again')).changed).toBe(0);
  });

  test('leaves the sums right, whatever changes', async () => {
    const some = fc.record({
      number: fc.nat(12),
      kind: fc.constantFrom('bounce', 'ordinary'),
      backscatter: fc.constantFrom('yes', 'no'),
      domain: fc.constantFrom(domain('a.example'), domain('b.example'), null),
      minutes: fc.nat(200),
    });
    const batches = fc.array(fc.tuple(fc.array(some, { maxLength: 8 }), fc.constantFrom('once', 'again')), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const { ledger, run } = await emptyLedger();
        for (const [batch, mode] of all) {
          const made = batch.map(({ number, minutes, ...given }) =>
            entry(number, { ...given, arrivedAt: new Date(minutes * 60_000) }),
          );
          await ledger.recordBatch(run, made, null, mode);
        }
        expect(await ledger.totalsByDomain(ALL)).toEqual(await ledger.totalsByDomain({ ...ALL, run }));
        const messages = (await ledger.totalsByDomain(ALL)).reduce((sum, one) => sum + one.messages, 0);
        expect(messages).toBe(new Set(all.flatMap(([batch]) => batch.map(({ number }) => number))).size);
      }),
      { numRuns: isPostgres ? 10 : 40 },
    );
  });
});
