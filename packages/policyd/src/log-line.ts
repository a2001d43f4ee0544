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
  const { id, intended, result, identity, client, domain, lookups } = fields;
  // Written out, and our own words (rule, result, identity) as they are: it is done for each request.
  return (
    `${id === null ? '-' : clean(id)}: action=${quoteIfNeeded(fields.action)}${intended === null ? '' : ` intended=${quoteIfNeeded(intended)}`}` +
    ` rule=${fields.rule}${result === null ? '' : ` result=${result}`}${identity === null ? '' : ` identity=${identity}`}` +
    `${client === null ? '' : ` client=${client}`} helo=${quoteIfNeeded(fields.helo)}` +
    ` sender=${quoteIfNeeded(fields.sender)} recipient=${quoteIfNeeded(fields.recipient)}` +
    `${domain === null ? '' : ` domain=${quoteIfNeeded(domain)}`} reason=${quoteIfNeeded(fields.reason)}` +
    `${lookups === null ? '' : ` lookups=${lookups}`} ms=${fields.ms}`
  );
}

function quoteIfNeeded(value: string): string {
  return isPlain(value) ? value : `"${clean(value.replace(/["\\]/g, '\\$&'))}"`;
}

/** Nothing to quote: a visible character each, no quotation mark, equals sign or backslash. */
function isPlain(value: string): boolean {
  if (value === '' || value.length > MAX_VALUE_CHARACTERS) return false;
  for (let i = 0; i < value.length; i++) if (IS_PLAIN[value.charCodeAt(i)] !== 1) return false;
  return true;
}

/** 1 at the code of each plain character. */
const IS_PLAIN = Uint8Array.from({ length: 0x7f }, (_, code) =>
  /[!#-<>-[\]-~]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Control characters would end the line or move the reader's cursor; other scripts are written as code points. */
function clean(value: string): string {
  if (isPlain(value)) return value;
  const short = value.length <= MAX_VALUE_CHARACTERS ? value : `${value.slice(0, MAX_VALUE_CHARACTERS)}...`;
  return short.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}
