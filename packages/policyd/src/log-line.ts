import type { SpfOutcome } from '@unsent/spf';
import type { PolicyAction } from './action.ts';
import type { Decision } from './decision.ts';
import type { PolicyRequest } from './request.ts';

/** One decision as the log tells it: text values as they came, numbers as numbers; null is "not known". */
export type LogFields = {
  readonly id: string | null;
  readonly action: string;
  /** What would have been done; set only when that is something else (observing). */
  readonly intended: string | null;
  readonly rule: string;
  readonly result: string | null;
  readonly identity: string | null;
  readonly client: string | null;
  readonly helo: string;
  readonly sender: string;
  readonly recipient: string;
  readonly domain: string | null;
  readonly reason: string;
  readonly lookups: number | null;
  readonly ms: number;
};

const MAX_VALUE_CHARACTERS = 256;

/** What there is to say about one decision. `ms` is rounded to a hundredth. */
export function logFields(request: PolicyRequest, decision: Decision, ms: number): LogFields {
  const { outcome } = decision;
  const intended = nameOf(decision.intended);
  const action = nameOf(decision.action);
  return {
    // Postfix gives a queue id from the second recipient on; the instance is there from the first.
    id: request.queueId || request.instance || null,
    action,
    intended: decision.intended === decision.action ? null : intended,
    rule: decision.rule,
    result: outcome?.result ?? null,
    identity: decision.identity,
    client: request.client?.text ?? null,
    helo: request.helo,
    sender: request.sender,
    recipient: request.recipient,
    domain: decision.domain,
    reason: outcome === null ? decision.reason : reasonOf(outcome, decision.reason),
    lookups: outcome?.lookups ?? null,
    ms: Math.round(ms * 100) / 100,
  };
}

function nameOf(action: PolicyAction): string {
  return action.kind === 'restriction' ? action.name : action.kind;
}

/** For a broken record: which term, and what is wrong with it. */
function reasonOf(outcome: SpfOutcome, reason: string): string {
  if (outcome.result === 'temperror') return outcome.detail;
  if (outcome.result !== 'permerror') return reason;
  const { message, span, text } = outcome.problem;
  return span === null || text === null ? message : `${message}: ${text.slice(span.start, span.end)}`;
}

/** `id: action=… rule=… …` on one line of printable ASCII, whatever the sender wrote. */
export function formatLogLine(fields: LogFields): string {
  const { id, lookups } = fields;
  return (
    `${id === null ? '-' : clean(id)}:${pair('action', fields.action)}${pair('intended', fields.intended)}` +
    `${pair('rule', fields.rule)}${pair('result', fields.result)}${pair('identity', fields.identity)}` +
    `${pair('client', fields.client)}${pair('helo', fields.helo)}${pair('sender', fields.sender)}` +
    `${pair('recipient', fields.recipient)}${pair('domain', fields.domain)}${pair('reason', fields.reason)}` +
    `${lookups === null ? '' : ` lookups=${lookups}`} ms=${fields.ms}`
  );
}

function pair(name: string, value: string | null): string {
  return value === null ? '' : ` ${name}=${quoteIfNeeded(value)}`;
}

const PLAIN = /^[\x21\x23-\x3c\x3e-\x5b\x5d-\x7e]+$/;

function quoteIfNeeded(value: string): string {
  if (value.length <= MAX_VALUE_CHARACTERS && PLAIN.test(value)) return value;
  return `"${clean(value.replace(/["\\]/g, '\\$&'))}"`;
}

/** Control characters would end the line or move the reader's cursor; other scripts are written as code points. */
function clean(value: string): string {
  const short = value.length <= MAX_VALUE_CHARACTERS ? value : `${value.slice(0, MAX_VALUE_CHARACTERS)}...`;
  return short.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}
