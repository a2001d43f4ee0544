import type { SpfOutcome } from '@unsent/spf';
import type { Decision } from './decision.ts';

/** Decisions of one hour that are alike, counted. `hour` is hours since 1970 (UTC). */
export type DecisionCount = {
  readonly hour: number;
  readonly rule: string;
  readonly identity: string;
  readonly result: string;
  /** What was answered; `would-reject` and `would-defer` while observing. */
  readonly action: string;
  /** Whose mail it was, or `''` for all that are not counted by name. */
  readonly domain: string;
  readonly count: number;
};

/** How a sender's domain treats strangers: the qualifier of its `all`, no record, or a broken one. */
export type Strictness = '-all' | '~all' | '?all' | '+all' | 'none' | 'broken';

/** What is known of one sender domain; `problem` says what is wrong with a broken record. */
export type SenderCount = {
  readonly domain: string;
  readonly strictness: Strictness;
  readonly problem: string | null;
  readonly lastSeenAt: Date;
  readonly count: number;
};

export type TallyBatch = { readonly decisions: readonly DecisionCount[]; readonly senders: readonly SenderCount[] };

/** Counts in memory until somebody takes the counts away to a durable place. */
export interface Tally {
  add(decision: Decision, now: Date): void;
  /** What was counted since the last call; null when nothing was. */
  drain(): TallyBatch | null;
  /** What the next drain would take, left where it is. */
  peek(): TallyBatch | null;
}

/** Where counts are kept; implemented in @unsent/store. */
export interface Counters {
  /** Adds a batch whole or not at all. */
  add(batch: TallyBatch): Promise<void>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const HOUR_MS = 3_600_000;

/**
 * A tally with at most `maxDomains` domains named between two drains.
 *
 * Strangers choose the sender domains, so what comes after that is counted under no name, and nothing is lost from the
 * sums.
 */
export function createTally(maxDomains: number): Tally {
  let decisions = new Map<string, Mutable<DecisionCount>>();
  let senders = new Map<string, Mutable<SenderCount>>();
  let named = new Set<string>();
  const peek = (): TallyBatch | null =>
    decisions.size === 0 ? null : { decisions: [...decisions.values()], senders: [...senders.values()] };
  return {
    add: (decision, now) => {
      const wanted = decision.domain?.toLowerCase() ?? '';
      const isNamed = named.has(wanted) || named.size < maxDomains;
      if (isNamed) named.add(wanted);
      countDecision(decisions, decision, isNamed ? wanted : '', now);
      if (isNamed && wanted !== '') countSender(senders, decision, wanted, now);
    },
    peek,
    drain: () => {
      const batch = peek();
      if (batch === null) return null;
      decisions = new Map();
      senders = new Map();
      named = new Set();
      return batch;
    },
  };
}

function countDecision(
  counts: Map<string, Mutable<DecisionCount>>,
  decision: Decision,
  domain: string,
  now: Date,
): void {
  const hour = Math.floor(now.getTime() / HOUR_MS);
  const result = decision.outcome?.result ?? '';
  const identity = decision.identity ?? '';
  const isHeldBack = decision.intended !== decision.action;
  const action = isHeldBack ? `would-${decision.intended.kind}` : decision.action.kind;
  const key = `${hour} ${decision.rule} ${identity} ${result} ${action} ${domain}`;
  const known = counts.get(key);
  if (known === undefined) counts.set(key, { hour, rule: decision.rule, identity, result, action, domain, count: 1 });
  else known.count += 1;
}

function countSender(
  counts: Map<string, Mutable<SenderCount>>,
  { identity, outcome }: Decision,
  domain: string,
  now: Date,
): void {
  if (identity !== 'mailfrom' || outcome === null) return;
  const strictness = strictnessOf(outcome);
  if (strictness === null) return;
  const problem = outcome.result === 'permerror' ? problemText(outcome) : null;
  const count = (counts.get(domain)?.count ?? 0) + 1;
  counts.set(domain, { domain, strictness, problem, lastSeenAt: now, count });
}

/** Null when the outcome does not tell: no answer from DNS, or a name that cannot have a record. */
function strictnessOf(outcome: SpfOutcome): Strictness | null {
  switch (outcome.result) {
    case 'permerror':
      return 'broken';
    case 'none':
      return outcome.why === 'invalid-domain' ? null : 'none';
    case 'temperror':
      return null;
    default: {
      // RFC 7208 §4.7: a record without `all` ends in neutral.
      const all = outcome.matched?.record.directives.find(({ mechanism }) => mechanism.name === 'all');
      return `${all?.qualifier ?? '?'}all`;
    }
  }
}

function problemText({ problem }: SpfOutcome & { result: 'permerror' }): string {
  const { message, span, text } = problem;
  return span === null || text === null ? message : `${message}: ${text.slice(span.start, span.end)}`;
}
