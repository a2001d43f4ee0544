import { assertNever } from '@unsent/dns';
import { type AuthenticationResult, spfAuthenticationResult } from './authres.ts';
import type { SpfIdentity, WritableReceivedSpf } from './headers.ts';
import type { SpfQuery } from './options.ts';
import { matchedTerm, type NoneReason, type SpfOutcome } from './outcome.ts';

/** A finished check: which identity was asked about, and what came of it. */
export type CheckedIdentity = {
  readonly identity: SpfIdentity;
  readonly query: SpfQuery;
  readonly outcome: SpfOutcome;
};

/**
 * The Received-SPF fields of a finished check, to be written by `writeReceivedSpf`.
 *
 * `envelopeFrom` is the MAIL FROM of the message, '' for the null sender: a HELO check keeps it beside its own name.
 */
export function receivedSpfOf(checked: CheckedIdentity, envelopeFrom: string): WritableReceivedSpf {
  const { identity, query, outcome } = checked;
  return {
    result: outcome.result,
    identity,
    comment: `${query.receiver === '' ? '' : `${query.receiver}: `}${describeOutcome(checked)}`,
    clientIp: query.ip.text,
    envelopeFrom,
    helo: query.helo,
    receiver: query.receiver === '' ? null : query.receiver,
    mechanism: mechanismOf(outcome),
    problem: problemOf(outcome),
    others: [],
  };
}

/** The `spf=` entry of a finished check, to be written by `writeAuthenticationResults`. */
export function authenticationResultOf(checked: CheckedIdentity): AuthenticationResult {
  const { identity, query, outcome } = checked;
  const value = identity === 'mailfrom' ? query.sender : query.helo;
  return spfAuthenticationResult({ result: outcome.result, identity, value, comment: describeOutcome(checked) });
}

/** One clause about a finished check, such as `domain of a@example.com does not designate 192.0.2.1 as permitted sender`. */
export function describeOutcome({ identity, query, outcome }: CheckedIdentity): string {
  const subject = identity === 'mailfrom' ? `domain of ${query.sender}` : `host name ${query.helo}`;
  const ip = query.ip.text;
  switch (outcome.result) {
    case 'pass':
      return `${subject} designates ${ip} as permitted sender`;
    case 'fail':
      return `${subject} does not designate ${ip} as permitted sender`;
    case 'softfail':
      return `${subject} most likely does not designate ${ip} as permitted sender`;
    case 'neutral':
      return `${ip} is neither permitted nor denied by ${subject}`;
    case 'none':
      return `${subject} ${WHY_NONE[outcome.why]}`;
    case 'permerror':
      return `SPF record of ${subject} cannot be used: ${outcome.problem.message}`;
    case 'temperror':
      return `SPF check of ${subject} could not be finished: ${outcome.detail}`;
    default:
      return assertNever(outcome);
  }
}

const WHY_NONE: Readonly<Record<NoneReason, string>> = {
  nxdomain: 'does not exist in DNS',
  'no-record': 'publishes no SPF record',
  'invalid-domain': 'cannot have an SPF record',
};

/** RFC 7208 §9.1: the mechanism that matched, or "default" when none did (§4.7). */
function mechanismOf(outcome: SpfOutcome): string | null {
  switch (outcome.result) {
    case 'pass':
    case 'softfail':
    case 'neutral':
    case 'fail':
      return outcome.matched === null ? 'default' : matchedTerm(outcome.matched);
    default:
      return null;
  }
}

function problemOf(outcome: SpfOutcome): string | null {
  if (outcome.result === 'permerror') return outcome.problem.message;
  return outcome.result === 'temperror' ? outcome.detail : null;
}
