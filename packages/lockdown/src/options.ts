import type { DomainName } from '@unsent/dns';

/** What a lockdown is made of; `--only` and `--skip` choose among these. */
export const PARTS = ['mx', 'spf', 'wildcard', 'hosts', 'dmarc', 'dkim', 'caa'] as const;

export type Part = (typeof PARTS)[number];

/** CAA stops certificates too, and with them a parking page: only on request. */
export const DEFAULT_PARTS: readonly Part[] = PARTS.filter((part) => part !== 'caa');

/** `auto` is null where the provider can store `.`, else loopback. */
export type MxChoice = 'loopback' | 'null' | 'auto';

/** A name that is known to carry mail, and how we know. */
export type MailHost = { readonly name: DomainName; readonly why: string };

export type LockdownOptions = {
  readonly mx: MxChoice;
  readonly parts: ReadonlySet<Part>;
  /** The domain receives mail (`domains.receiving`): its MX records are not ours to touch. */
  readonly keepsMx: boolean;
  readonly ttlSeconds: number;
  /** Where DMARC aggregate reports go, as `mailto:` URIs; null keeps what is published. */
  readonly rua: readonly string[] | null;
  /** Domains that receive nothing: a report address inside them is dropped. The zone itself need not be named. */
  readonly lockedDomains: readonly DomainName[];
  /** Names whose CNAME may be replaced, as the person said. */
  readonly replaceCnamesAt: ReadonlySet<DomainName>;
  /** Names that carry mail, as far as configuration and DNS tell. */
  readonly mailHosts: readonly MailHost[];
};

/** Fills in what the person left open. */
export function lockdownOptions(given: Partial<LockdownOptions> = {}): LockdownOptions {
  return {
    mx: 'loopback',
    parts: new Set(DEFAULT_PARTS),
    keepsMx: false,
    ttlSeconds: 3600,
    rua: null,
    lockedDomains: [],
    replaceCnamesAt: new Set(),
    mailHosts: [],
    ...given,
  };
}
