import { type DomainName, joinTxt, type Resolver } from '@unsent/dns';
import type { Span, SpfRecord } from './ast.ts';
import { lookupsOf, type Pointer, reachedTerms, type Term, termText } from './lookup-terms.ts';
import type { LookupState, LookupTerm, LookupTree, VoidCount } from './lookup-tree.ts';
import { isSpfRecord, parseSpf } from './parse.ts';
import { askTarget, noVoids } from './tree-answers.ts';
import { targetOfTerm } from './tree-target.ts';

/** A tree of honest makers has fewer records and targets; checks give up after ten lookups. */
const MAX_RECORDS = 100;
const MAX_TARGETS = 60;
const MAX_DEPTH = 12;

type Walk = {
  readonly resolver: Resolver;
  readonly signal: AbortSignal | undefined;
  readonly pointer: Pointer;
  records: number;
  targets: number;
};

/** Reads the SPF record of `domain` and all below it. Rejects only when `signal` aborts. */
export function lookupTree(domain: DomainName, resolver: Resolver, signal?: AbortSignal): Promise<LookupTree> {
  return readTree(newWalk(resolver, signal), domain, []);
}

/** The tree of a record that need not be published (yet), as if it were `domain`'s. */
export function lookupTreeOf(
  text: string,
  domain: DomainName,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<LookupTree> {
  return readRecord(newWalk(resolver, signal), domain, text, []);
}

function newWalk(resolver: Resolver, signal: AbortSignal | undefined): Walk {
  return { resolver, signal, pointer: { isAsked: false }, records: 0, targets: 0 };
}

async function readTree(walk: Walk, domain: DomainName, above: readonly DomainName[]): Promise<LookupTree> {
  if (above.includes(domain)) return leaf(domain, 'loop', `${domain} stands above itself`);
  if (above.length > MAX_DEPTH || walk.records >= MAX_RECORDS) return leaf(domain, 'cut', 'not followed any further');
  walk.records++;
  const answer = await walk.resolver.resolve(domain, 'TXT', walk.signal);
  if (answer.kind === 'failure') return leaf(domain, 'dns-failure', answer.detail);
  if (answer.kind === 'nxdomain') return leaf(domain, 'no-domain', 'the name does not exist');
  const texts = answer.kind === 'records' ? answer.data.map(joinTxt).filter(isSpfRecord) : [];
  const [text] = texts;
  if (text === undefined) return leaf(domain, 'no-record', 'no SPF record');
  // RFC 7208 §4.5.
  if (texts.length > 1) return leaf(domain, 'multiple-records', `${texts.length} SPF records`);
  return readRecord(walk, domain, text, above);
}

async function readRecord(
  walk: Walk,
  domain: DomainName,
  text: string,
  above: readonly DomainName[],
): Promise<LookupTree> {
  const { record, problems } = parseSpf(text);
  const [problem] = problems;
  const terms: LookupTerm[] = [];
  for (const term of reachedTerms(record)) terms.push(await readTerm(walk, record, term, domain, above));
  return {
    domain,
    record: text,
    state: problem === undefined ? 'ok' : 'broken',
    detail: problem?.message ?? '',
    terms,
    lookups: terms.reduce((sum, term) => sum + term.lookups, 0),
    voids: addVoids(terms.map((term) => term.voids)),
  };
}

async function readTerm(
  walk: Walk,
  record: SpfRecord,
  { term, span }: { readonly term: Term; readonly span: Span },
  domain: DomainName,
  above: readonly DomainName[],
): Promise<LookupTerm> {
  const { name } = term;
  const target = targetOfTerm(term, domain);
  const lookups = lookupsOf(term, walk.pointer);
  const isRecord = name === 'include' || name === 'redirect';
  const inner = isRecord && target !== null ? await readTree(walk, target, [...above, domain]) : null;
  const isAsked = !isRecord && target !== null && walk.targets++ < MAX_TARGETS;
  const answer = isAsked ? await askTarget(name, target, walk.resolver, walk.signal) : null;
  return {
    term: termText(record, span),
    span,
    name,
    target,
    lookups: lookups + (inner?.lookups ?? 0),
    voids: addVoids([answer?.voids ?? noVoids(), inner?.voids ?? noVoids()]),
    answer,
    inner,
  };
}

function leaf(domain: DomainName, state: LookupState, detail: string): LookupTree {
  return { domain, record: null, state, detail, terms: [], lookups: 0, voids: noVoids() };
}

function addVoids(counts: readonly VoidCount[]): VoidCount {
  return {
    ipv4: counts.reduce((sum, count) => sum + count.ipv4, 0),
    ipv6: counts.reduce((sum, count) => sum + count.ipv6, 0),
  };
}
