import { type DomainName, UnsentError } from '@unsent/dns';
import { type ApplyOutcome, applyPlan } from '../../src/apply.ts';
import { desiredRecords } from '../../src/desired.ts';
import { formerMailHosts, withUnfinished } from '../../src/former.ts';
import type { Journal } from '../../src/journal.ts';
import { lockdownOptions } from '../../src/options.ts';
import { planLockdown } from '../../src/plan.ts';
import type { DnsProvider } from '../../src/providers/provider.ts';
import { settleJournal } from '../../src/settle.ts';
import { planUndo } from '../../src/undo.ts';
import { snapshotOf } from '../../src/zone.ts';
import { NOW, name } from './zone.ts';

export const ZONE = name('example.com');

/** `lockdownOf` for example.com. */
export function lockdown(provider: DnsProvider, journal: Journal): Promise<ApplyOutcome> {
  return lockdownOf(ZONE, provider, journal);
}

/** `unlockOf` for example.com. */
export function unlock(provider: DnsProvider, journal: Journal): Promise<ApplyOutcome> {
  return unlockOf(ZONE, provider, journal);
}

/** What the command `lockdown` does, without the talking. */
export async function lockdownOf(zone: DomainName, provider: DnsProvider, journal: Journal): Promise<ApplyOutcome> {
  const snapshot = await provider.read(zone);
  await settleJournal(journal, snapshot, NOW);
  const entries = await journal.entries({ zone, states: null, limit: null });
  const options = lockdownOptions({ mailHosts: formerMailHosts(entries.filter(({ state }) => state !== 'undone')) });
  const desired = desiredRecords(withUnfinished(snapshot, entries), options, provider.capabilities);
  const plan = planLockdown(snapshot, desired, []);
  return applyPlan(plan, snapshot, { ...common(provider, journal), kind: 'lockdown', undoes: [] });
}

/** What the command `unlock` does, without the talking. */
export async function unlockOf(zone: DomainName, provider: DnsProvider, journal: Journal): Promise<ApplyOutcome> {
  const snapshot = await provider.read(zone);
  await settleJournal(journal, snapshot, NOW);
  const all = await journal.entries({ zone, states: ['applied', 'unclear'], limit: null });
  const entries = all.filter(({ kind }) => kind !== 'unlock');
  const wasInterrupted = all.some(({ kind, state }) => kind === 'unlock' && state === 'unclear');
  const plan = planUndo(entries, snapshot, { capabilities: provider.capabilities, wasInterrupted });
  return applyPlan(plan, snapshot, {
    ...common(provider, journal),
    kind: 'unlock',
    undoes: entries.map(({ id }) => id),
  });
}

function common(provider: DnsProvider, journal: Journal) {
  return { provider, journal, now: () => NOW, rereads: true, readsBack: true };
}

/** What goes wrong at one call: nothing happens, everything happens, or half of it, and the caller learns nothing. */
export type Fault = 'before' | 'after' | 'half' | 'late';

/** A provider whose calls from index `at` on (reads and writes counted together) fail once, or for ever. */
export function failing(
  inner: DnsProvider,
  at: number,
  fault: Fault,
  forEver = false,
): DnsProvider & { used: boolean } {
  let index = 0;
  const late: (() => Promise<void>)[] = [];
  const strikes = (): boolean => (index++ === at ? true : forEver && index > at);
  const lost = (): UnsentError => new UnsentError('provider-unreachable', { message: 'the connection was reset' });
  const provider = {
    ...inner,
    used: false,
    async read(zone) {
      const strike = strikes();
      if (strike) provider.used = true;
      if (strike) throw lost();
      return inner.read(zone);
    },
    async write(base, changes) {
      if (!strikes()) return inner.write(base, changes);
      provider.used = true;
      // A batch that is cut in two, as a zone with more changes than one batch holds.
      const now = snapshotOf(base.zone, inner.name, NOW, (await inner.read(base.zone)).records);
      if (fault === 'after') await inner.write(base, changes);
      if (fault === 'half') await inner.write(now, changes.slice(0, Math.ceil(changes.length / 2)));
      if (fault === 'late') late.push(() => inner.write(base, changes));
      throw lost();
    },
  } as DnsProvider & { used: boolean };
  lateWrites.set(provider, late);
  return provider;
}

const lateWrites = new WeakMap<DnsProvider, (() => Promise<void>)[]>();

/** Lets a hanging server carry out what it was sent after all. */
export async function arriveLate(provider: DnsProvider): Promise<void> {
  for (const write of lateWrites.get(provider) ?? []) await write();
}
