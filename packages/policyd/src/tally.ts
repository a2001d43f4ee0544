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

/** What was counted of one domain. A domain has few kinds of decisions, so that a list is as good as a map. */
type DomainCounts = {
  /** Empty for all that are not counted by name. */
  readonly domain: string;
  readonly decisions: Mutable<DecisionCount>[];
  sender: Mutable<SenderCount> | null;
  /** What `sender` was made from: the same outcome says the same again. */
  outcome: SpfOutcome | null;
};

const HOUR_MS = 3_600_000;
/** Counts under a name for each domain that may have one: each hour begins new ones, and a database may be away for days. */
const COUNTS_PER_DOMAIN = 8;

/**
 * A tally with at most `maxDomains` domains named between two drains, and eight times as many counts under a name.
 *
 * Strangers choose the sender domains, so what comes after that is counted under no name, and nothing is lost from the
 * sums.
 */
export function createTally(maxDomains: number): Tally {
  let domains = new Map<string, DomainCounts>();
  let namedCounts = 0;
  const countsOf = (wanted: string): DomainCounts => {
    const known = domains.get(wanted);
    if (known !== undefined) return known;
    // The limit holds for names; those without one are always counted.
    if (wanted !== '' && domains.size >= maxDomains) return countsOf('');
    const counts: DomainCounts = { domain: wanted, decisions: [], sender: null, outcome: null };
    domains.set(wanted, counts);
    return counts;
  };
  const countDecision = (counts: DomainCounts, decision: Decision, hour: number): void => {
    const known = findAlike(counts.decisions, decision, hour);
    if (known !== null) {
      known.count += 1;
    } else if (counts.domain !== '' && namedCounts >= maxDomains * COUNTS_PER_DOMAIN) {
      countDecision(countsOf(''), decision, hour);
    } else {
      counts.decisions.push(firstCount(counts.domain, decision, hour));
      if (counts.domain !== '') namedCounts += 1;
    }
  };
  const peek = (): TallyBatch | null => {
    if (domains.size === 0) return null;
    const all = [...domains.values()];
    return { decisions: all.flatMap(({ decisions }) => decisions), senders: all.flatMap(({ sender }) => sender ?? []) };
  };
  return {
    add: (decision, now) => {
      const counts = countsOf(decision.domain?.toLowerCase() ?? '');
      countDecision(counts, decision, Math.floor(now.getTime() / HOUR_MS));
      if (counts.domain !== '') countSender(counts, decision, now);
    },
    peek,
    drain: () => {
      const batch = peek();
      domains = new Map();
      namedCounts = 0;
      return batch;
    },
  };
}

/** The count of such decisions in that hour. Hours come in their order but for a clock that is set back: the last are last. */
function findAlike(counts: Mutable<DecisionCount>[], decision: Decision, hour: number): Mutable<DecisionCount> | null {
  const { rule } = decision;
  const result = decision.outcome?.result ?? '';
  const identity = decision.identity ?? '';
  const action = actionName(decision);
  for (let i = counts.length - 1; i >= 0; i--) {
    const one = counts[i];
    if (one === undefined || one.hour < hour) return null;
    const isAlike = one.action === action && one.result === result && one.rule === rule && one.identity === identity;
    if (isAlike && one.hour === hour) return one;
  }
  return null;
}

function firstCount(domain: string, decision: Decision, hour: number): Mutable<DecisionCount> {
  const { rule, identity, outcome } = decision;
  const action = actionName(decision);
  return { hour, rule, identity: identity ?? '', result: outcome?.result ?? '', action, domain, count: 1 };
}

function actionName({ action, intended }: Decision): string {
  return intended === action ? action.kind : `would-${intended.kind}`;
}

function countSender(counts: DomainCounts, { identity, outcome }: Decision, now: Date): void {
  if (identity !== 'mailfrom' || outcome === null) return;
  if (counts.sender === null || counts.outcome !== outcome) {
    const strictness = strictnessOf(outcome);
    if (strictness === null) return;
    const problem = outcome.result === 'permerror' ? problemText(outcome) : null;
    counts.sender = { domain: counts.domain, strictness, problem, lastSeenAt: now, count: counts.sender?.count ?? 0 };
    counts.outcome = outcome;
  }
  counts.sender.lastSeenAt = now;
  counts.sender.count += 1;
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
