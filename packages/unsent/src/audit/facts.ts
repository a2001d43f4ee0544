import type { DomainName, IpText } from '@unsent/dns';
import type { DomainLint } from '@unsent/spf';
import type { DmarcFacts } from './dmarc-facts.ts';
import type { JournalFacts } from './gather-journal.ts';

/** What the owner has said about a domain in the configuration; 'unknown' when nothing. */
export type DomainRole = 'unused' | 'receiving' | 'sending' | 'unknown';

/** All that DNS and our journal say about a domain and mail. Nothing is judged here; `assess` does that. */
export type DomainFacts = {
  readonly domain: DomainName;
  readonly role: DomainRole;
  /** 'unknown' when DNS failed. */
  readonly exists: 'yes' | 'no' | 'unknown';
  /** Why DNS failed for the domain itself; null when it did not. */
  readonly failure: string | null;
  readonly delegation: DelegationFacts;
  /** A CNAME at the domain itself, beside which no other record can stand. */
  readonly cname: DomainName | null;
  readonly addresses: readonly IpText[];
  readonly spf: DomainLint;
  readonly mx: MxFacts;
  readonly dmarc: DmarcFacts;
  /** TXT at a DKIM selector that nobody uses: what a wildcard there answers. */
  readonly dkimWildcard: readonly string[];
  /** A name below the domain that nobody uses: what a wildcard answers. */
  readonly wildcard: HostFacts;
  /** The one host name that most domains have. */
  readonly www: HostFacts;
  /** Null when the journal knows of nothing that stands there, or there is none. */
  readonly journal: JournalFacts | null;
};

/** What a name below the domain says. */
export type HostFacts = {
  readonly name: DomainName;
  readonly cname: DomainName | null;
  readonly addresses: readonly IpText[];
  readonly mx: readonly (DomainName | '.')[];
  readonly spf: readonly string[];
};

export type MxFacts = {
  /**
   * 'null' RFC 7505; 'loopback' only hosts on 127/8 or ::1; 'hosts' at least one real host; 'dead' no host has an
   * address; 'implicit' no MX but an address, which then is the MX (RFC 5321 §5.1); 'none' neither; 'unknown' DNS
   * failed, for the MX or for a host that may be a real one.
   */
  readonly kind: 'null' | 'loopback' | 'hosts' | 'dead' | 'implicit' | 'none' | 'unknown';
  readonly hosts: readonly MxHost[];
  /** A null MX beside others, which RFC 7505 §3 forbids. */
  readonly hasNullBesideOthers: boolean;
};

export type MxHost = {
  readonly name: DomainName;
  readonly preference: number;
  readonly addresses: readonly IpText[];
  /** Why one of its addresses could not be asked for; null when all could. */
  readonly failure: string | null;
  /** A CNAME where an MX points to is forbidden by RFC 2181 §10.3. */
  readonly cname: DomainName | null;
};

export type DelegationFacts = {
  /** The name servers of the domain; empty when it is no zone of its own. */
  readonly servers: readonly NameServer[];
  /** What the parent zone hands out; null when its servers were not asked or did not say. */
  readonly delegated: readonly DomainName[] | null;
  /** True when the name servers themselves were asked. */
  readonly wereAsked: boolean;
};

export type NameServer = {
  readonly name: DomainName;
  readonly addresses: readonly IpText[];
  /** Why it does not answer for the domain; null when it does or was not asked. */
  readonly failure: string | null;
  /** The NS records that it gives itself; null when it was not asked or does not answer. */
  readonly says: readonly DomainName[] | null;
};
