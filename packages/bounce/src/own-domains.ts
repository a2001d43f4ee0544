import type { DomainName, IpPrefix } from '@unsent/dns';

/** `unused` neither sends nor receives, `receiving` never sends, `sending` does. */
export type DomainUse = 'unused' | 'receiving' | 'sending';

/** What we were told, or did ourselves, about a domain of ours. */
export type OwnDomain = {
  readonly name: DomainName;
  readonly use: DomainUse;
  /** Since when that holds; null means always. */
  readonly since: Date | null;
  /** When `unsent lockdown` locked it; null when it did not. */
  readonly lockedAt: Date | null;
  /** Hosts that send for it: networks and names. Empty unless `sending`. */
  readonly outbound: readonly (IpPrefix | DomainName)[];
  /** BATV signing keys by their digit (draft-levine-smtp-batv). */
  readonly batvKeys: readonly { readonly digit: number; readonly secret: string }[];
};

/** Finds the entry for a name, or for the closest domain of ours above it. */
export interface OwnDomains {
  find(name: DomainName): OwnDomain | null;
  all(): readonly OwnDomain[];
}
