import { zoneFacts } from './facts.ts';
import type { JournalEntry } from './journal.ts';
import type { MailHost } from './options.ts';

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
      const isOurs = snapshot.records.some(
        (record) => record.name === name && 'data' in record && record.data === '127.0.0.1',
      );
      // A zone that was its own MX is the main case; it was agreed to once already.
      if (!isOurs && name !== snapshot.zone)
        found.set(name, { name, why: `the MX of ${owners.join(', ')} before ${id}` });
    }
  }
  return [...found.values()];
}
