import { type DomainName, UnsentError } from '@unsent/dns';
import { type ApplyOutcome, applyPlan } from '../../src/apply.ts';
import { desiredRecords } from '../../src/desired.ts';
import { formerMailHosts, withUnfinished } from '../../src/former.ts';
import type { Journal } from '../../src/journal.ts';
import { type LockdownOptions, lockdownOptions } from '../../src/options.ts';
import { planLockdown } from '../../src/plan.ts';
import type { DnsProvider } from '../../src/providers/provider.ts';
import { settleJournal } from '../../src/settle.ts';
import { planUndo } from '../../src/undo.ts';
import { NOW, name } from './zone.ts';

export const ZONE = name('example.com');

/** `lockdownOf` for example.com. */
export function lockdown(
  provider: DnsProvider,
  journal: Journal,
  options: Partial<LockdownOptions> = {},
): Promise<ApplyOutcome> {
  return lockdownOf(ZONE, provider, journal, options);
}

/** `unlockOf` for example.com. */
export function unlock(provider: DnsProvider, journal: Journal): Promise<ApplyOutcome> {
  return unlockOf(ZONE, provider, journal);
}

/** What the command `lockdown` does, without the talking. */
export async function lockdownOf(
  zone: DomainName,
  provider: DnsProvider,
  journal: Journal,
  wanted: Partial<LockdownOptions> = {},
): Promise<ApplyOutcome> {
  const snapshot = await provider.read(zone);
  await settleJournal(journal, snapshot, NOW);
  const entries = await journal.entries({ zone, states: null, limit: null });
  const mailHosts = formerMailHosts(entries.filter(({ state }) => state !== 'undone'));
  const options = lockdownOptions({ mailHosts, ...wanted });
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

/** A provider some of whose calls fail, and what is known about that. */
export type FailingProvider = DnsProvider & {
  wasUsed(): boolean;
  /** Lets a hanging server carry out what it was sent after all. */
  arriveLate(): Promise<void>;
};

/** A provider whose calls from index `at` on (reads and writes counted together) fail once, or for ever. */
export function failing(inner: DnsProvider, at: number, fault: Fault, forEver = false): FailingProvider {
  let index = 0;
  let isUsed = false;
  const late: (() => Promise<void>)[] = [];
  const strikes = (): boolean => {
    const isStruck = index === at || (forEver && index > at);
    index++;
    isUsed ||= isStruck;
    return isStruck;
  };
  const lost = (): UnsentError => new UnsentError('provider-unreachable', { message: 'the connection was reset' });
  return {
    ...inner,
    wasUsed: () => isUsed,
    async arriveLate() {
      for (const write of late) await write();
    },
    async read(zone) {
      if (strikes()) throw lost();
      return inner.read(zone);
    },
    async write(base, changes) {
      if (!strikes()) return inner.write(base, changes);
      if (fault === 'after') await inner.write(base, changes);
      // A batch that is cut in two, as a zone with more changes than one batch holds.
      if (fault === 'half') await inner.write(base, changes.slice(0, Math.ceil(changes.length / 2)));
      if (fault === 'late') late.push(() => inner.write(base, changes));
      throw lost();
    },
  };
}
