import { type DomainName, type IpPrefix, parentOf } from '@unsent/dns';

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
  readonly batvKeys: readonly BatvKey[];
  /** True when every mail of the domain leaves with a BATV tag, so that a bounce without one is suspect. */
  readonly batvSignsAll: boolean;
  /** Every local part that exists, lower-cased; null when nobody listed them. */
  readonly localParts: readonly string[] | null;
};

/** `digit` is the K of KDDDSSSSSS (draft-levine-smtp-batv §4.2). */
export type BatvKey = { readonly digit: number; readonly secret: string };

/** Finds the entry for a name, or for the closest domain of ours above it. */
export interface OwnDomains {
  find(name: DomainName): OwnDomain | null;
  all(): readonly OwnDomain[];
}

/** Domains of ours by name. A name below one of them is ours too; the closest entry above it speaks for it. */
export function ownDomains(domains: readonly OwnDomain[]): OwnDomains {
  const byName = new Map<string, OwnDomain>(domains.map((domain) => [domain.name, domain]));
  const find = (name: DomainName): OwnDomain | null => {
    for (let at: DomainName | null = name; at !== null; at = parentOf(at)) {
      const entry = byName.get(at);
      if (entry !== undefined) return entry;
    }
    return null;
  };
  return { find, all: () => domains };
}
