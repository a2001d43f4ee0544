import { UnsentError } from '@unsent/dns';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ApplyContext, applyPlan } from '../src/apply.ts';
import type { ChangePlan } from '../src/change.ts';
import { desiredRecords } from '../src/desired.ts';
import { formerMailHosts, withUnfinished } from '../src/former.ts';
import { memoryJournal } from '../src/journal-memory.ts';
import type { LockdownOptions } from '../src/options.ts';
import { planLockdown } from '../src/plan.ts';
import { provePlan } from '../src/proof.ts';
import { type MemoryProvider, memoryProvider } from '../src/providers/memory.ts';
import type { DnsProvider } from '../src/providers/provider.ts';
import { planUndo } from '../src/undo.ts';
import { contentOf, identityOf, type WantedRecord } from '../src/zone.ts';
import { arbitraryOptions, arbitraryZone } from './support/arbitrary.ts';
import { lines, NOW, name, records } from './support/zone.ts';

const ZONE = name('example.com');

async function planFor(provider: MemoryProvider, options: LockdownOptions): Promise<ChangePlan> {
  const snapshot = await provider.read(ZONE);
  return planLockdown(snapshot, desiredRecords(snapshot, options, provider.capabilities), []);
}

function world(zone: readonly WantedRecord[], nullMx = true) {
  const provider = memoryProvider([{ name: ZONE, records: zone }], { now: () => NOW, capabilities: { nullMx } });
  const journal = memoryJournal();
  const context: ApplyContext = {
    provider,
    journal,
    now: () => NOW,
    kind: 'lockdown',
    undoes: [],
    rereads: true,
    readsBack: true,
  };
  return { provider, journal, context };
}

describe('for any zone and any options', { timeout: 60_000 }, () => {
  test('a plan that was applied leaves nothing to plan', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryZone, arbitraryOptions, async (zone, options) => {
        const { provider, journal, context } = world(zone);
        const plan = await planFor(provider, options);
        await applyPlan(plan, await provider.read(ZONE), context);
        const mailHosts = formerMailHosts(await journal.entries({ zone: ZONE, states: null, limit: null }));
        expect((await planFor(provider, { ...options, mailHosts })).changes).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('undo restores the fingerprint: content, TTL, comment, tags, proxied', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryZone, arbitraryOptions, async (zone, options) => {
        const { provider, journal, context } = world(zone);
        const before = await provider.read(ZONE);
        await applyPlan(await planFor(provider, options), before, context);
        const locked = await provider.read(ZONE);
        const entries = await journal.entries({ zone: ZONE, states: ['applied'], limit: null });
        const undo = planUndo(entries, locked, { capabilities: provider.capabilities, wasInterrupted: false });
        expect(undo.refusals).toEqual([]);
        await applyPlan(undo, locked, { ...context, kind: 'unlock', undoes: entries.map(({ id }) => id) });
        expect((await provider.read(ZONE)).fingerprint).toBe(before.fingerprint);
      }),
      { numRuns: 500 },
    );
  });

  test('two lockdowns with different options are undone together', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryZone, arbitraryOptions, arbitraryOptions, async (zone, first, second) => {
        const { provider, journal, context } = world(zone);
        const before = await provider.read(ZONE);
        for (const options of [first, second]) {
          await applyPlan(await planFor(provider, options), await provider.read(ZONE), context);
        }
        const locked = await provider.read(ZONE);
        const entries = await journal.entries({ zone: ZONE, states: ['applied'], limit: null });
        const undo = planUndo(entries, locked, { capabilities: provider.capabilities, wasInterrupted: false });
        await applyPlan(undo, locked, { ...context, kind: 'unlock', undoes: entries.map(({ id }) => id) });
        expect((await provider.read(ZONE)).fingerprint).toBe(before.fingerprint);
      }),
      { numRuns: 300 },
    );
  });

  test('what others added after the lockdown stays when it is undone', async () => {
    const addition = records('shop 300 A 192.0.2.99\n@ 300 TXT later=yes');
    await fc.assert(
      fc.asyncProperty(arbitraryZone, arbitraryOptions, async (zone, options) => {
        const { provider, journal, context } = world(zone);
        const before = await provider.read(ZONE);
        await applyPlan(await planFor(provider, options), before, context);
        provider.overwrite(ZONE, [...provider.records(ZONE), ...addition]);
        const locked = await provider.read(ZONE);
        const entries = await journal.entries({ zone: ZONE, states: ['applied'], limit: null });
        const undo = planUndo(entries, locked, { capabilities: provider.capabilities, wasInterrupted: false });
        await applyPlan(undo, locked, { ...context, kind: 'unlock', undoes: entries.map(({ id }) => id) });
        const after = provider.records(ZONE).map(identityOf).sort();
        expect(after).toEqual([...before.records, ...addition].map(identityOf).sort());
      }),
      { numRuns: 300 },
    );
  });

  test('records that are not about mail keep content, metadata and id', async () => {
    const isAboutMail = (record: WantedRecord): boolean =>
      record.type === 'MX' ||
      record.type === 'TXT' ||
      record.type === 'CAA' ||
      record.type === 'CNAME' ||
      contentOf(record) === contentOf(records('loopback 1 A 127.0.0.1')[0] ?? record);
    await fc.assert(
      fc.asyncProperty(arbitraryZone, arbitraryOptions, async (zone, options) => {
        const { provider, context } = world(zone);
        const before = await provider.read(ZONE);
        const plan = await planFor(provider, options);
        const touched = plan.changes.flatMap((change) =>
          change.op === 'create' ? [] : [change.op === 'replace' ? change.before : change.record],
        );
        expect(touched.filter((record) => !isAboutMail(record))).toEqual([]);
        expect(
          touched.filter(
            ({ type, name: owner }) =>
              type === 'CNAME' && !owner.includes('_domainkey') && !options.replaceCnamesAt.has(owner),
          ),
        ).toEqual([]);
        await applyPlan(plan, before, context);
        const ids = new Set(provider.records(ZONE).map((record) => `${record.id} ${identityOf(record)}`));
        const foreign = before.records.filter((record) => !touched.includes(record));
        expect(foreign.filter((record) => !ids.has(`${record.id} ${identityOf(record)}`))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('a plan with SPF makes every host fail at the apex, and its MX is never missing on the way', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryZone, arbitraryOptions, async (zone, options) => {
        const { provider } = world(zone.filter(({ name: owner, type }) => owner !== ZONE || type !== 'CNAME'));
        const plan = await planFor(provider, options);
        const proof = await provePlan(plan, NOW);
        const apex = proof.lines.filter(({ domain }) => domain === ZONE);
        if (options.parts.has('spf')) expect(apex.map(({ result }) => result)).toEqual(['fail', 'fail']);
        const apexMx = plan.changes.filter((change) => {
          const record = change.op === 'replace' ? change.before : change.record;
          return record.type === 'MX' && record.name === ZONE;
        });
        // A deleted MX has a replaced one beside it, which never left.
        if (apexMx.some(({ op }) => op === 'delete')) expect(apexMx.map(({ op }) => op)).toContain('replace');
        expect(
          apexMx.every(({ op }) => op !== 'create') ||
            !zone.some(({ name: owner, type }) => owner === ZONE && type === 'MX'),
        ).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('whatever part of a plan was carried out, lockdown again completes it and undo restores the zone', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryZone, arbitraryOptions, fc.array(fc.boolean()), async (zone, options, mask) => {
        const clean = world(zone);
        await applyPlan(await planFor(clean.provider, options), await clean.provider.read(ZONE), clean.context);
        const { provider, journal, context } = world(zone);
        const before = await provider.read(ZONE);
        const cutShort: DnsProvider = {
          ...provider,
          write: async (base, changes) => {
            // What no provider would store alone (a TXT beside its CNAME) does not happen alone.
            await provider
              .write(
                base,
                changes.filter((_, i) => mask[i] === true),
              )
              .catch(() => {});
            throw new UnsentError('provider-unreachable', { message: 'cut short' });
          },
        };
        await applyPlan(await planFor(provider, options), before, { ...context, provider: cutShort });
        const snapshot = await provider.read(ZONE);
        const entries = await journal.entries({ zone: ZONE, states: null, limit: null });
        const again = { ...options, mailHosts: formerMailHosts(entries) };
        const desired = desiredRecords(withUnfinished(snapshot, entries), again, provider.capabilities);
        await applyPlan(planLockdown(snapshot, desired, []), snapshot, context);
        expect(lines(provider.records(ZONE))).toEqual(lines(clean.provider.records(ZONE)));
        const locked = await provider.read(ZONE);
        const open = await journal.entries({ zone: ZONE, states: ['applied', 'unclear'], limit: null });
        const undo = planUndo(open, locked, { capabilities: provider.capabilities, wasInterrupted: false });
        await applyPlan(undo, locked, { ...context, kind: 'unlock', undoes: open.map(({ id }) => id) });
        expect((await provider.read(ZONE)).fingerprint).toBe(before.fingerprint);
      }),
      { numRuns: 300 },
    );
  });

  test('plans are plain JSON', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryZone, arbitraryOptions, async (zone, options) => {
        const plan = await planFor(world(zone).provider, options);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
      { numRuns: 100 },
    );
  });
});
