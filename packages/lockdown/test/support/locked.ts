import { desiredRecords } from '../../src/desired.ts';
import { type LockdownOptions, lockdownOptions, type Part } from '../../src/options.ts';
import { planLockdown } from '../../src/plan.ts';
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

export const only = (...parts: Part[]): Partial<LockdownOptions> => ({ parts: new Set(parts) });
