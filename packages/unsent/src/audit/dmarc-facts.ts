import type { DomainName } from '@unsent/dns';
import type { DmarcRecord, Policy } from './dmarc-record.ts';

/** What DMARC says for a domain (RFC 9989 §4.10). */
export type DmarcFacts = {
  /** Why the record that decides could not be looked for; null when it could. */
  readonly failure: string | null;
  /** The record that decides, and where it stands; null when there is none. */
  readonly record: DmarcRecord | null;
  readonly foundAt: DomainName | null;
  /** The Organizational Domain of the domain (RFC 9989 §4.10.2). */
  readonly organization: DomainName;
  /** The policy for mail from the domain, from names below it that exist, and from those that do not. */
  readonly policy: { readonly domain: Policy; readonly subdomains: Policy; readonly nonexistent: Policy } | null;
  /** Names on the way where several records stand, all of which are then ignored. */
  readonly multipleAt: readonly DomainName[];
  /** TXT at `_dmarc` of the domain that was meant to be a record and is none. */
  readonly unreadable: readonly string[];
  /** A CNAME at `_dmarc` that leads to no record. */
  readonly danglingCname: DomainName | null;
  readonly reports: readonly ReportTarget[];
};

/** Where aggregate reports go. */
export type ReportTarget = {
  readonly uri: string;
  /** Null for what is no `mailto:`. */
  readonly domain: DomainName | null;
  /** Can mail be delivered to the domain? */
  readonly receives: 'yes' | 'no' | 'unknown';
  /** Why not; '' otherwise. */
  readonly detail: string;
  /** Null for a target of the same organisation, which needs no leave (RFC 9990 §4), and when DNS could not tell. */
  readonly isAuthorised: boolean | null;
};
