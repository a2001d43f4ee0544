import type { DomainName } from '@unsent/dns';

/** Why a domain of ours never sends: what the configuration says, or that `unsent lockdown` locked it. */
export type NeverSends = 'unused' | 'receiving' | 'locked';

/**
 * What the daemon knows of its own domains, from the configuration and the store.
 *
 * Answers at once, from memory: a lookup stands in the path of every message. The shell keeps it fresh.
 */
export interface OwnDomains {
  /**
   * Why `name`, or the closest domain of ours above it, sends no mail; null when it may send, is not ours, or has been
   * silent for less than the grace period at `now`.
   */
  neverSends(name: DomainName, now: Date): NeverSends | null;
}

/** Nobody's domains: what the daemon works with when it is told of none. */
export const NO_OWN_DOMAINS: OwnDomains = { neverSends: () => null };
