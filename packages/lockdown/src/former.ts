import type { Change } from './change.ts';
import { zoneFacts } from './facts.ts';
import type { JournalEntry, JournalKind } from './journal.ts';
import type { MailHost } from './options.ts';
import { contentOf, type WantedRecord, type ZoneRecord, type ZoneSnapshot } from './zone.ts';

/**
 * Hosts of a zone that its MX records named before they were changed: the zone itself has forgotten them, but they may
 * carry mail of other domains still. Without them a second lockdown would put `-all` there.
 */
export function formerMailHosts(entries: readonly JournalEntry[]): readonly MailHost[] {
  const found = new Map<string, MailHost>();
  for (const { id, kind, snapshot } of entries) {
    if (kind === 'unlock') continue;
    for (const [name, owners] of zoneFacts(snapshot).mxTargets) {
      // The loopback host of an earlier lockdown is ours and carries nothing.
      const isOurs = /^loopback\d*\./.test(name);
      // A zone that was its own MX is the main case; it was agreed to once already.
      if (!isOurs && name !== snapshot.zone)
        found.set(name, { name, why: `the MX of ${owners.join(', ')} before ${id}` });
    }
  }
  return [...found.values()];
}

/**
 * The zone to plan from when earlier writes were left half done: what is there, and beside it what a
 * lockdown took away or an unlock was about to give back. Without it a name that lost its only record on the way (a selector between its CNAME and its
 * revoked key) would be forgotten. For `desiredRecords` only; the plan itself is made for the zone as it is.
 */
export function withUnfinished(snapshot: ZoneSnapshot, entries: readonly JournalEntry[]): ZoneSnapshot {
  const present = new Set(snapshot.records.map(contentOf));
  const missing: ZoneRecord[] = [];
  for (const { kind, state, plan } of entries) {
    if (state !== 'unclear' && state !== 'begun') continue;
    for (const record of plan.changes.flatMap((change) => unlockedSide(change, kind))) {
      if (present.has(contentOf(record))) continue;
      present.add(contentOf(record));
      missing.push({ ...record, id: '' });
    }
  }
  return { ...snapshot, records: [...snapshot.records, ...missing] };
}

/** What a change takes from, or gives back to, the domain as it was before it was locked. */
function unlockedSide(change: Change, kind: JournalKind): readonly WantedRecord[] {
  if (kind === 'unlock') return change.op === 'delete' ? [] : [change.op === 'replace' ? change.after : change.record];
  return change.op === 'create' ? [] : [change.op === 'replace' ? change.before : change.record];
}
