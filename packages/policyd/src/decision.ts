import type { DomainName } from '@unsent/dns';
import type { SpfIdentity, SpfOutcome, SpfQuery } from '@unsent/spf';
import type { PolicyAction } from './action.ts';

/** Which rule settled a request; written to the log and counted. */
export type RuleId =
  | 'not-judged' // a protocol state without a sender, or a client without an address
  | 'authenticated'
  | 'skip'
  | 'forwarder'
  | 'bounce-to-never-sender'
  | 'own-never-sender'
  | 'dead-mx'
  | 'spf-helo'
  | 'spf-mailfrom'
  | 'trusted'
  | 'private-client'
  | 'error';

/** What is answered, and why. `intended` differs from `action` only while observing. */
export type Decision = {
  readonly action: PolicyAction;
  readonly intended: PolicyAction;
  readonly rule: RuleId;
  readonly identity: SpfIdentity | null;
  readonly outcome: SpfOutcome | null;
  /** The domain the rule is about: the identity's, or ours. */
  readonly domain: string | null;
  /** One clause for the log. */
  readonly reason: string;
};

/** Why a sender's domain can take no answer. */
export type DeadMx = 'null-mx' | 'loopback-mx';

/** Something the rules must know before they can decide; the server finds it out. */
export type Question =
  | { readonly kind: 'spf'; readonly identity: SpfIdentity; readonly query: SpfQuery }
  /** Does the domain's MX say that nobody is there? */
  | { readonly kind: 'dead-mx'; readonly domain: DomainName }
  /** Is the client on a list of trusted hosts? Asked only before a refusal. */
  | { readonly kind: 'trust' };

/** What has been found out so far; null is "not asked". */
export type Answers = {
  readonly helo: SpfOutcome | null;
  readonly mailFrom: SpfOutcome | null;
  readonly deadMx: DeadMx | 'alive' | null;
  /** The entry that trusts the client, or `'no'`. */
  readonly trust: { readonly entry: string } | 'no' | null;
};

export const NOTHING_ASKED: Answers = { helo: null, mailFrom: null, deadMx: null, trust: null };

/** The rules either decide, or name the one thing that they need to know next. */
export type Step =
  | { readonly kind: 'ask'; readonly question: Question }
  | { readonly kind: 'decided'; readonly decision: Decision };

/** One finished check of one identity. */
export type Checked = { readonly identity: SpfIdentity; readonly query: SpfQuery; readonly outcome: SpfOutcome };
