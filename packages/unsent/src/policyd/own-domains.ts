import { type DomainName, parentOf } from '@unsent/dns';
import type { NeverSends, OwnDomains } from '@unsent/policyd';
import type { Config } from '../config.ts';
import type { LockedAt } from './locked-list.ts';

type Entry = { readonly why: NeverSends | 'sends'; readonly countsFromMs: number };

const DAY_MS = 86_400_000;

/**
 * The domains that never send, from the configuration and from what `unsent lockdown` locked.
 *
 * A `since` counts after the grace period, since bounces of mail that was really sent come for days. A lock counts at
 * once: before locking, the lockdown made sure that the domain does not send.
 */
export function neverSendingDomains(domains: Config['domains'], lockedAt: LockedAt, graceDays: number): OwnDomains {
  const entries = new Map<DomainName, Entry>();
  for (const { name } of domains.sending) entries.set(name, { why: 'sends', countsFromMs: Number.NEGATIVE_INFINITY });
  for (const use of ['receiving', 'unused'] as const) {
    for (const { name, since } of domains[use]) {
      const countsFromMs = since === null ? Number.NEGATIVE_INFINITY : since.getTime() + graceDays * DAY_MS;
      entries.set(name, { why: use, countsFromMs });
    }
  }
  const entryOf = (name: DomainName): Entry | null => {
    const declared = entries.get(name) ?? null;
    const countsFromMs = lockedAt(name);
    if (countsFromMs === null) return declared;
    // Also keeps a domain that is declared as sending: refusing real mail is the worse fault.
    if (declared !== null && declared.countsFromMs <= countsFromMs) return declared;
    return { why: 'locked', countsFromMs };
  };
  return { neverSends: (name, now) => whyOf(closest(entryOf, name), now) };
}

/** The entry for `name`, or for the closest domain above it. */
function closest(entryOf: (name: DomainName) => Entry | null, name: DomainName): Entry | null {
  for (let at: DomainName | null = name; at !== null; at = parentOf(at)) {
    const entry = entryOf(at);
    if (entry !== null) return entry;
  }
  return null;
}

function whyOf(entry: Entry | null, now: Date): NeverSends | null {
  if (entry === null || entry.why === 'sends' || now.getTime() < entry.countsFromMs) return null;
  return entry.why;
}
