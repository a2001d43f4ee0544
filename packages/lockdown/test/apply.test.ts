import { describe, expect, test } from 'vitest';
import { applyPlan } from '../src/apply.ts';
import { desiredRecords } from '../src/desired.ts';
import type { Journal } from '../src/journal.ts';
import { memoryJournal } from '../src/journal-memory.ts';
import { lockdownOptions } from '../src/options.ts';
import { planLockdown } from '../src/plan.ts';
import type { MemoryProvider } from '../src/providers/memory.ts';
import { fingerprint } from '../src/zone.ts';
import { type Fault, failing, lockdown, unlock, ZONE } from './support/drive.ts';
import { lines, memory, NOW, records } from './support/zone.ts';

const OLD = `
  @ 300 A 192.0.2.10
  @ 3600 MX 10 mail.old-host.example.
  @ 3600 MX 20 mail2.old-host.example.
  @ 300 TXT v=spf1 include:_spf.old-host.example ~all
  @ 300 TXT verification=x
  s1._domainkey 300 CNAME s1.esp.example.
`;

/** The zone that a lockdown leads to, made without any fault. */
async function wanted(): Promise<string> {
  const provider = memory(OLD);
  await lockdown(provider, memoryJournal());
  return content(provider);
}

/** Without marks: a second run writes another id into them. */
function content(provider: MemoryProvider): string {
  return lines(provider.records(ZONE)).join('\n');
}

async function states(journal: Journal): Promise<string[]> {
  return (await journal.entries({ zone: ZONE, states: null, limit: null })).map(
    ({ kind, state }) => `${kind} ${state}`,
  );
}

test('the journal holds snapshot, plan and zone text before the first change is sent', async () => {
  const inner = memory(OLD);
  const journal = memoryJournal();
  const seen: string[] = [];
  const provider = {
    ...inner,
    write: async (...args: Parameters<typeof inner.write>) => {
      const [entry] = await journal.entries({ zone: ZONE, states: ['begun'], limit: 1 });
      seen.push(
        `${entry?.snapshot.records.length} records, ${entry?.plan.changes.length} changes`,
        entry?.zoneText ?? '',
      );
      await inner.write(...args);
    },
  };
  await lockdown(provider, journal);
  expect(seen[0]).toBe('6 records, 10 changes');
  expect(seen[1]).toContain('example.com. 3600 IN MX 10 mail.old-host.example.');
});

test('when the journal cannot be written, nothing is sent', async () => {
  const provider = memory(OLD);
  const broken: Journal = { ...memoryJournal(), begin: () => Promise.reject(new Error('disk full')) };
  await expect(lockdown(provider, broken)).rejects.toThrow('disk full');
  expect(provider.calls.write).toBe(0);
});

test('an unlock that was killed before it told the journal what it took back is told by the next one', async () => {
  const provider = memory(OLD);
  const journal = memoryJournal();
  await lockdown(provider, journal);
  const killed: Journal = {
    ...journal,
    finish: async (id, state, at, detail) => {
      if (state === 'undone') throw new Error('killed');
      await journal.finish(id, state, at, detail);
    },
  };
  await expect(unlock(provider, killed)).rejects.toThrow('killed');
  expect(await states(journal)).toEqual(['unlock applied', 'lockdown applied']);
  expect((await unlock(provider, journal)).kind).toBe('nothing-to-do');
  expect(await states(journal)).toEqual(['unlock applied', 'lockdown undone']);
});

test('a zone that somebody else changed in the meantime is left alone', async () => {
  const provider = memory(OLD);
  const journal = memoryJournal();
  const snapshot = await provider.read(ZONE);
  const plan = planLockdown(snapshot, desiredRecords(snapshot, lockdownOptions(), provider.capabilities), []);
  provider.overwrite(ZONE, [...provider.records(ZONE), ...records('new 300 A 192.0.2.77')]);
  const outcome = await applyPlan(plan, snapshot, {
    provider,
    journal,
    now: () => NOW,
    kind: 'lockdown',
    undoes: [],
    rereads: true,
    readsBack: true,
  });
  expect(outcome).toMatchObject({ kind: 'refused', refusals: [{ code: 'zone-changed' }] });
  expect(provider.calls.write).toBe(0);
  expect(await states(journal)).toEqual(['lockdown failed']);
});

test('a plan with refusals is not applied', async () => {
  const provider = memory(OLD);
  const snapshot = await provider.read(ZONE);
  const refusals = [{ code: 'genuine-mail-seen' as const, message: 'seen', hint: null }];
  const plan = planLockdown(snapshot, desiredRecords(snapshot, lockdownOptions(), provider.capabilities), refusals);
  const journal = memoryJournal();
  const context = {
    provider,
    journal,
    now: () => NOW,
    kind: 'lockdown' as const,
    undoes: [],
    rereads: true,
    readsBack: true,
  };
  expect(await applyPlan(plan, snapshot, context)).toEqual({ kind: 'refused', refusals, entry: null });
  expect(await states(journal)).toEqual([]);
});

test('records we wrote carry the id of their journal entry', async () => {
  const provider = memory(OLD);
  await lockdown(provider, memoryJournal());
  const marks = provider.records(ZONE).map(({ comment }) => comment);
  expect(new Set(marks)).toEqual(new Set([null, 'unsent:lockdown 2026-11-23-01']));
});

test('a write that failed is not tried again', async () => {
  const inner = memory(OLD);
  const provider = failing(inner, 2, 'before');
  expect((await lockdown(provider, memoryJournal())).kind).toBe('not-applied');
  expect(inner.calls.write).toBe(0);
});

describe('for every fault at every call, the journal tells the truth and the way on ends in the wanted zone', () => {
  const CALLS = 4; // read, read again, write, read back
  const faults: Fault[] = ['before', 'after', 'half', 'late'];
  const cases = Array.from({ length: CALLS }, (_, at) => at).flatMap((at) =>
    faults.flatMap((fault) => [false, true].map((forEver) => [at, fault, forEver] as const)),
  );

  describe.each(cases)('call %i, %s, again and again: %s', (at, fault, forEver) => {
    /** A first lockdown that meets the fault. */
    async function struck() {
      const inner = memory(OLD);
      const before = fingerprint(inner.records(ZONE));
      const journal = memoryJournal();
      const provider = failing(inner, at, fault, forEver);
      const outcome = await lockdown(provider, journal).catch(() => null);
      expect(provider.wasUsed()).toBe(true);
      return { inner, before, journal, outcome, provider };
    }

    test('the journal tells the truth', async () => {
      const { inner, before, journal } = await struck();
      const isLocked = content(inner) === (await wanted());
      const isUntouched = fingerprint(inner.records(ZONE)) === before;
      const [state = 'none'] = await states(journal);
      // `unclear` claims nothing; the others must be so.
      if (state === 'lockdown applied') expect(isLocked).toBe(true);
      if (state === 'lockdown failed' || state === 'none') expect(isUntouched).toBe(true);
      if (!isLocked && !isUntouched) expect(state).toBe('lockdown unclear');
    });

    test('lockdown again ends in the wanted zone, and unlock after that in the old one', async () => {
      const { inner, before, journal } = await struck();
      await lockdown(inner, journal);
      expect(content(inner)).toBe(await wanted());
      await unlock(inner, journal);
      expect(fingerprint(inner.records(ZONE))).toBe(before);
      expect((await states(journal)).filter((state) => /lockdown (applied|begun|unclear)/.test(state))).toEqual([]);
    });

    test('unlock ends in the old zone', async () => {
      const { inner, before, journal } = await struck();
      await unlock(inner, journal);
      expect(fingerprint(inner.records(ZONE))).toBe(before);
    });

    test('a request that was carried out late is undone too', async () => {
      const { inner, before, journal, provider } = await struck();
      await provider.arriveLate();
      await unlock(inner, journal);
      expect(fingerprint(inner.records(ZONE))).toBe(before);
    });
  });

  describe.each(cases)('unlock, call %i, %s, again and again: %s', (at, fault, forEver) => {
    async function struck() {
      const inner = memory(OLD);
      const before = fingerprint(inner.records(ZONE));
      const journal = memoryJournal();
      await lockdown(inner, journal);
      const provider = failing(inner, at, fault, forEver);
      await unlock(provider, journal).catch(() => null);
      return { inner, before, journal };
    }

    test('unlock again ends in the old zone', async () => {
      const { inner, before, journal } = await struck();
      const outcome = await unlock(inner, journal);
      expect(['applied', 'nothing-to-do']).toContain(outcome.kind);
      expect(fingerprint(inner.records(ZONE))).toBe(before);
    });

    test('lockdown ends in the wanted zone, and unlock in the old one', async () => {
      const { inner, before, journal } = await struck();
      await lockdown(inner, journal);
      expect(content(inner)).toBe(await wanted());
      await unlock(inner, journal);
      expect(fingerprint(inner.records(ZONE))).toBe(before);
    });
  });
});

test('a process that was killed after the write leaves an entry that the next run clears up', async () => {
  const provider = memory(OLD);
  const before = fingerprint(provider.records(ZONE));
  const journal = memoryJournal();
  const dies: Journal = { ...journal, finish: () => new Promise(() => {}) };
  void lockdown(provider, dies);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await states(journal)).toEqual(['lockdown begun']);
  expect((await lockdown(provider, journal)).kind).toBe('nothing-to-do');
  expect(await states(journal)).toEqual(['lockdown applied']);
  await unlock(provider, journal);
  expect(fingerprint(provider.records(ZONE))).toBe(before);
});
