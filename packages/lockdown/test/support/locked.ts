import { desiredRecords } from '../../src/desired.ts';
import { type LockdownOptions, lockdownOptions, type Part } from '../../src/options.ts';
import { planLockdown } from '../../src/plan.ts';
import { NO_META } from '../../src/zone.ts';
import { lines, memory, snapshot } from './zone.ts';

/** The zone after a lockdown with `given`, as lines, and the codes of its notes. */
export function locked(zone: string, given: Partial<LockdownOptions> = {}, nullMx = true) {
  const { capabilities } = memory('', { capabilities: { nullMx, comments: false } });
  const before = snapshot(zone);
  const desired = desiredRecords(before, lockdownOptions(given), capabilities);
  const plan = planLockdown(before, desired, []);
  return {
    plan,
    after: lines(plan.after),
    notes: plan.notes.map(({ code }) => code),
    messages: plan.notes.map(({ message }) => message),
  };
}

/** What is aimed at in `zone`, in order: `@ MX all: 0 . (why)`; no records after the colon where they are cleared away. */
export function aimsOf(zone: string, given: Partial<LockdownOptions> = {}): readonly string[] {
  const { capabilities } = memory('', { capabilities: { comments: false } });
  return desiredRecords(snapshot(zone), lockdownOptions(given), capabilities).aims.map(
    ({ name, type, owns, wanted, why }) => {
      const prefix = lines([{ name, type, text: '', ttlSeconds: 0, ...NO_META }])[0]?.trimEnd();
      const data = lines(wanted).map((line) => line.split(' ').slice(2).join(' '));
      return `${prefix} ${owns}: ${data.join(', ')} (${why})`;
    },
  );
}

export const only = (...parts: Part[]): Partial<LockdownOptions> => ({ parts: new Set(parts) });
