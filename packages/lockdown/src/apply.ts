import { UnsentError } from '@unsent/dns';
import type { Change, ChangePlan, Refusal } from './change.ts';
import { MARK } from './desired.ts';
import type { Journal, JournalEntry, JournalKind } from './journal.ts';
import { type PlanProgress, planProgress, progressSentence } from './progress.ts';
import type { DnsProvider } from './providers/provider.ts';
import type { WantedRecord, ZoneSnapshot } from './zone.ts';
import { snapshotText } from './zone-text.ts';

/** How an attempt to write ended. `entry` is the journal's id. */
export type ApplyOutcome =
  | { readonly kind: 'nothing-to-do' }
  /** Nothing was sent. */
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[]; readonly entry: string | null }
  /** Read back as planned, or, when not read back, accepted. `lostReply`: the provider's answer never came. */
  | { readonly kind: 'applied'; readonly entry: string; readonly lostReply: boolean }
  /** Sent or not, nothing of it is in the zone. */
  | { readonly kind: 'not-applied'; readonly entry: string; readonly cause: unknown }
  | { readonly kind: 'partly'; readonly entry: string; readonly progress: PlanProgress; readonly cause: unknown }
  /** The zone could not be read again either. */
  | { readonly kind: 'unknown'; readonly entry: string; readonly cause: unknown };

export type ApplyContext = {
  readonly provider: DnsProvider;
  readonly journal: Journal;
  readonly now: () => Date;
  readonly kind: JournalKind;
  /** Journal entries that this plan takes back. */
  readonly undoes: readonly string[];
  /** Read the zone again before writing; off only when it was read a moment ago and calls are dear. */
  readonly rereads: boolean;
  /** Read the zone again after a write that succeeded; off where DNS will be asked instead. */
  readonly readsBack: boolean;
};

/**
 * Applies a plan: journal, look again, write once, read back, journal. The only caller of `provider.write`.
 *
 * Expected endings are values. Rejects when the journal cannot be written (then nothing was sent), or when the zone
 * could not be read before the write (then the entry is `failed`).
 */
export async function applyPlan(
  plan: ChangePlan,
  snapshot: ZoneSnapshot,
  context: ApplyContext,
): Promise<ApplyOutcome> {
  if (plan.refusals.length > 0) return { kind: 'refused', refusals: plan.refusals, entry: null };
  if (plan.changes.length === 0) return { kind: 'nothing-to-do' };
  const { provider, journal, now, kind, undoes } = context;
  const entry = await journal.begin(now(), (id) => ({
    kind,
    zone: plan.zone,
    provider: provider.name,
    snapshot,
    plan: markPlan(plan, id),
    undoes,
    zoneText: snapshotText(snapshot),
  }));
  const changed = context.rereads ? await changedSince(entry, context) : null;
  if (changed !== null) return refuseChanged(entry, changed, context);
  return send(entry, context);
}

/** Null when the zone is as planned for, else the sentence that says it is not. */
async function changedSince(entry: JournalEntry, { provider, journal, now }: ApplyContext): Promise<string | null> {
  try {
    const again = await provider.read(entry.zone);
    if (again.fingerprint === entry.plan.basedOn) return null;
    return `${entry.zone} was changed by somebody else since it was read.`;
  } catch (cause) {
    await journal.finish(entry.id, 'failed', now(), 'nothing was sent: the zone could not be read again');
    throw cause;
  }
}

async function refuseChanged(
  entry: JournalEntry,
  message: string,
  { journal, now }: ApplyContext,
): Promise<ApplyOutcome> {
  await journal.finish(entry.id, 'failed', now(), 'nothing was sent: the zone had changed');
  const hint = 'Run the command again to see the plan for the zone as it is now.';
  return { kind: 'refused', refusals: [{ code: 'zone-changed', message, hint }], entry: entry.id };
}

async function send(entry: JournalEntry, context: ApplyContext): Promise<ApplyOutcome> {
  const { provider, journal, now } = context;
  try {
    await provider.write(entry.snapshot, entry.plan.changes);
  } catch (cause) {
    return settleFailure(entry, cause, context);
  }
  if (!context.readsBack) {
    await journal.finish(entry.id, 'applied', now(), 'accepted by the provider');
    await markUndone(entry, context);
    return { kind: 'applied', entry: entry.id, lostReply: false };
  }
  return readBack(entry, null, context);
}

/** A write is never tried again: the zone is read, and what it shows is the truth. */
async function settleFailure(entry: JournalEntry, cause: unknown, context: ApplyContext): Promise<ApplyOutcome> {
  const outcome = await readBack(entry, cause, context);
  if (outcome.kind === 'not-applied' && cause instanceof UnsentError && cause.code === 'zone-changed') {
    return refuseChanged(entry, cause.message, context);
  }
  return outcome;
}

async function readBack(entry: JournalEntry, cause: unknown, context: ApplyContext): Promise<ApplyOutcome> {
  const { provider, journal, now } = context;
  let progress: PlanProgress;
  try {
    const { records } = await provider.read(entry.zone);
    progress = planProgress(entry.plan, records);
  } catch (unreadable) {
    const state = cause === null ? 'applied' : 'unclear';
    const said =
      cause === null ? 'accepted by the provider, not read back' : 'the reply was lost, and so was the way to look';
    await journal.finish(entry.id, state, now(), said);
    if (cause === null) await markUndone(entry, context);
    return cause === null
      ? { kind: 'applied', entry: entry.id, lostReply: false }
      : { kind: 'unknown', entry: entry.id, cause: unreadable };
  }
  const sentence = progressSentence(progress);
  switch (progress.kind) {
    case 'applied':
      await journal.finish(entry.id, 'applied', now(), sentence);
      await markUndone(entry, context);
      return { kind: 'applied', entry: entry.id, lostReply: cause !== null };
    case 'not-applied':
      await journal.finish(entry.id, 'failed', now(), sentence);
      return { kind: 'not-applied', entry: entry.id, cause };
    case 'partly':
      await journal.finish(entry.id, 'unclear', now(), sentence);
      return { kind: 'partly', entry: entry.id, progress, cause };
  }
}

async function markUndone(entry: JournalEntry, { journal, now }: ApplyContext): Promise<void> {
  for (const id of entry.undoes) await journal.finish(id, 'undone', now(), `undone by ${entry.id}`);
}

/** Our comment learns the journal's id, so that a record at the provider leads back to its entry. */
function markPlan(plan: ChangePlan, id: string): ChangePlan {
  const mark = <R extends WantedRecord>(record: R): R =>
    record.comment === MARK ? { ...record, comment: `${MARK} ${id}` } : record;
  const markChange = (change: Change): Change => {
    if (change.op === 'create') return { ...change, record: mark(change.record) };
    return change.op === 'replace' ? { ...change, after: mark(change.after) } : change;
  };
  return { ...plan, changes: plan.changes.map(markChange), after: plan.after.map(mark) };
}
