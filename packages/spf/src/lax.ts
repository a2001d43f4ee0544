import { type DomainName, joinTxt, parseDomainName, type Resolver } from '@unsent/dns';
import { checkHost } from './check-host.ts';
import { looksLikeSpf, repairRecord } from './lint-repair.ts';
import { mergeRecords } from './merge-records.ts';
import type { SpfLimits, SpfOptions, SpfQuery } from './options.ts';
import type { SpfOutcome, SpfProblem } from './outcome.ts';
import { isSpfRecord } from './parse.ts';
import type { Repair } from './repair.ts';

/** What a check finds when slips of the pen are overlooked. It is for people to read, never for a decision about mail. */
export type LaxOutcome = {
  readonly outcome: SpfOutcome;
  /** What was overlooked on the way, the strict outcome's own problem first. */
  readonly problems: readonly SpfProblem[];
  /** The records that were read otherwise than they are published. */
  readonly corrected: readonly CorrectedRecord[];
};

export type CorrectedRecord = {
  readonly domain: DomainName;
  readonly published: string;
  readonly record: string;
  readonly repairs: readonly Repair[];
};

const MAX_ROUNDS = 10;
/** Enough for any honest record; still bounded. */
const LAX_LIMITS: Partial<SpfLimits> = { lookups: 60, voids: 60, mx: 40, queries: 400 };
/** An include or a redirect to a domain without a record then matches nobody. */
const NO_RECORD = 'v=spf1 ?all';

/**
 * The result under lax rules beside a permerror, or beside `none` when a record was not recognised.
 *
 * Records are mended as `repairRecord` does it, several are merged, the limits of RFC 7208 §4.6.4 are six times as
 * high, an include without a record matches nobody. Null when `strict` needs no such reading or nothing can be mended.
 */
export async function laxOutcome(
  strict: SpfOutcome,
  query: SpfQuery,
  resolver: Resolver,
  options: SpfOptions = {},
): Promise<LaxOutcome | null> {
  if (strict.result !== 'permerror' && strict.result !== 'none') return null;
  const corrected = new Map<DomainName, CorrectedRecord>();
  const problems: SpfProblem[] = [];
  const lax: SpfOptions = {
    ...options,
    limits: LAX_LIMITS,
    override: (domain) => corrected.get(domain)?.record ?? options.override?.(domain) ?? null,
    fallback: (domain) => options.fallback?.(domain) ?? NO_RECORD,
  };
  let outcome: SpfOutcome = strict;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (outcome.result === 'permerror') problems.push(outcome.problem);
    else if (outcome.result !== 'none' || round > 0) break;
    const better = await correction(outcome, query, resolver, options.signal);
    const isNew = better !== null && corrected.get(better.domain)?.record !== better.record;
    // A limit or a missing record needs no correction: the lax options are enough, once.
    if (!isNew && (round > 0 || outcome.result === 'none')) break;
    if (isNew) corrected.set(better.domain, better);
    outcome = await checkHost(query, resolver, lax);
  }
  if (outcome === strict) return null;
  return { outcome, problems, corrected: [...corrected.values()] };
}

async function correction(
  outcome: SpfOutcome,
  query: SpfQuery,
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<CorrectedRecord | null> {
  if (outcome.result === 'none') {
    return outcome.why === 'invalid-domain' ? null : correctUnrecognised(query, resolver, signal);
  }
  if (outcome.result !== 'permerror') return null;
  const { code, domain, text, span } = outcome.problem;
  if (domain === null || text === null) return null;
  if (code === 'multiple-records') return correctMultiple(domain, resolver, signal);
  if (code === 'duplicate-modifier' && span !== null) {
    const record = `${text.slice(0, span.start)}${text.slice(span.end)}`.trimEnd();
    return { domain, published: text, record, repairs: [] };
  }
  return correct(domain, text);
}

function correct(domain: DomainName, text: string): CorrectedRecord | null {
  const repaired = repairRecord(text, { dropBroken: true });
  if (repaired === null || repaired.repairs.length === 0) return null;
  return { domain, published: text, record: repaired.text, repairs: repaired.repairs };
}

/** RFC 7208 §4.5: several records are an error; their authors meant them to add up. */
async function correctMultiple(
  domain: DomainName,
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<CorrectedRecord | null> {
  const texts = (await textsOf(domain, resolver, signal)).filter(isSpfRecord);
  const merged = mergeRecords(texts.map((text) => repairRecord(text, { dropBroken: true })?.text ?? text));
  return merged === null ? null : { domain, published: texts.join('\n'), record: merged, repairs: [] };
}

/** `"v=spf1 …"` with quotes, `v=spf1. …`: a TXT record that no receiver takes for SPF. */
async function correctUnrecognised(
  query: SpfQuery,
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<CorrectedRecord | null> {
  const domain = parseDomainName(query.domain);
  if (domain === null) return null;
  const text = (await textsOf(domain, resolver, signal)).find((one) => !isSpfRecord(one) && looksLikeSpf(one));
  return text === undefined ? null : correct(domain, text);
}

async function textsOf(
  domain: DomainName,
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const answer = await resolver.resolve(domain, 'TXT', signal);
  return answer.kind === 'records' ? answer.data.map(joinTxt) : [];
}
