import type { DomainName } from '@unsent/dns';
import type { DomainFacts, DomainRole } from './facts.ts';

/**
 * How well a domain is closed to forgers.
 *
 * 'locked' nobody can send as it and no bounce comes back; 'partly' something is missing; 'open' nothing is there;
 * 'live' it sends or receives mail; 'drifted' we locked it, and DNS shows it otherwise now; 'unknown' DNS could not tell.
 */
export type AuditStatus = 'locked' | 'partly' | 'open' | 'live' | 'drifted' | 'unknown';

/** A problem makes the exit code 5; advice is what an expert would do besides. */
export type AuditSeverity = 'problem' | 'advice';

export type AuditFinding = {
  readonly code: AuditCode;
  readonly severity: AuditSeverity;
  readonly subject: 'dns' | 'spf' | 'mx' | 'dmarc' | 'dkim' | 'names' | 'journal';
  /** The fact. */
  readonly message: string;
  /** What it leads to. */
  readonly why: string;
};

export type AuditCode =
  | 'dns-failure'
  | 'no-domain'
  | 'no-name-server'
  | 'lame-server'
  | 'server-without-address'
  | 'servers-differ'
  | 'cname-at-domain'
  | 'spf-missing'
  | 'spf-not-strict'
  | 'spf-lets-send'
  | 'spf-broken'
  | 'spf-advice'
  | 'mx-missing'
  | 'mx-implicit'
  | 'mx-dead'
  | 'mx-accepts'
  | 'mx-null-and-others'
  | 'mx-is-cname'
  | 'mx-localhost'
  | 'mx-mixed'
  | 'dmarc-missing'
  | 'dmarc-unreadable'
  | 'dmarc-multiple'
  | 'dmarc-dangling-cname'
  | 'dmarc-weak'
  | 'dmarc-weak-below'
  | 'dmarc-test'
  | 'dmarc-invalid-tag'
  | 'dmarc-removed-tag'
  | 'rua-missing'
  | 'rua-unusable'
  | 'rua-unreachable'
  | 'rua-not-agreed'
  | 'dkim-not-revoked'
  | 'dkim-wildcard-key'
  | 'wildcard-cname'
  | 'wildcard-mx'
  | 'wildcard-address'
  | 'wildcard-without-spf'
  | 'host-without-spf'
  | 'host-is-cname'
  | 'drifted'
  | 'not-seen-yet'
  | 'unfinished';

export type Assessment = {
  readonly domain: DomainName;
  readonly role: DomainRole;
  readonly status: AuditStatus;
  readonly stance: SpfStance;
  /** Problems first. */
  readonly findings: readonly AuditFinding[];
};

/** Who may send by SPF alone. */
export type SpfStance =
  | 'nobody' // -all for every host
  | 'softly-nobody' // ~all, or a ~ or ? term before -all, and nothing that passes
  | 'silent' // no all, or ?all, and nothing that passes
  | 'somebody'
  | 'everybody'
  | 'missing'
  | 'broken'
  | 'unknown';

/** What the rules look at. */
export type AuditCase = {
  readonly facts: DomainFacts;
  readonly stance: SpfStance;
  /** It sends, or by all signs does. */
  readonly isLive: boolean;
  /** Nobody should be able to deliver to it: neither in use nor declared as receiving. */
  readonly shouldRefuseMail: boolean;
};

/** One finding. */
export function found(
  code: AuditCode,
  severity: AuditSeverity,
  subject: AuditFinding['subject'],
  message: string,
  why: string,
): AuditFinding {
  return { code, severity, subject, message, why };
}
