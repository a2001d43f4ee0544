import type { DomainName } from '@unsent/dns';
import type { Directive, Qualifier, Span, SpfRecord, TargetModifier } from './ast.ts';
import { noteVoid } from './budget.ts';
import type { Check, Frame, Ruling } from './check.ts';
import { fetchRecord } from './fetch-record.ts';
import { nextCandidate } from './layout.ts';
import { withLocalPolicy } from './local-policy.ts';
import type { Failure, Match } from './match.ts';
import { matchMechanism, spendTarget, type Target } from './mechanisms.ts';
import { matchNetwork } from './network.ts';
import type { LimitCode } from './outcome.ts';
import { termProblem, tooManyLookups, tooManyVoids } from './problems.ts';
import type { ReadRecord } from './record-cache.ts';
import { andThen, type Step } from './step.ts';
import { type NodeDraft, openNode, openTerm, type Tracer } from './trace.ts';

/** RFC 7208 §4.7: no directive matched, and there is no redirect. */
const NO_MATCH: Ruling = { result: 'neutral', matched: null };

/** Records within records. Ten lookups end it long before; this holds when the caller raised the limit. */
const MAX_DEPTH = 64;

/** check_host() for one domain: its record, its directives in order, its redirect, the default. */
export function evaluate(check: Check, domain: DomainName, depth: number): Step<Ruling> {
  if (check.tracer !== null) return tracedEvaluate(check, check.tracer, domain, depth);
  return fetchRecord(check, domain, (fetched) => evaluateFetched(check, domain, depth, null, fetched));
}

function tracedEvaluate(check: Check, tracer: Tracer, domain: DomainName, depth: number): Step<Ruling> {
  const node = openNode(tracer, domain);
  const ruling = fetchRecord(check, domain, (fetched) => evaluateFetched(check, domain, depth, node, fetched));
  return andThen(ruling, (settled) => {
    node.result = settled.result;
    return settled;
  });
}

function evaluateFetched(
  check: Check,
  domain: DomainName,
  depth: number,
  node: NodeDraft | null,
  fetched: ReadRecord | Ruling,
): Step<Ruling> {
  if ('result' in fetched) return fetched;
  if (node !== null) node.record = fetched.record.text;
  return walk(check, frameOf(check, domain, depth, node, fetched), 0);
}

function frameOf(
  check: Check,
  domain: DomainName,
  depth: number,
  node: NodeDraft | null,
  { record, layout }: ReadRecord,
): Frame {
  const { localPolicy } = check.options;
  if (depth === 0 && localPolicy !== undefined) {
    return { domain, record, directives: withLocalPolicy(record, localPolicy), networks4: null, depth, node };
  }
  // A trace shows every term that was looked at.
  if (layout === null || check.tracer !== null) {
    return { domain, record, directives: record.directives, networks4: null, depth, node };
  }
  return check.query.ip.family === 4
    ? { domain, record, directives: layout.directives4, networks4: layout.networks4, depth, node }
    : { domain, record, directives: layout.directives6, networks4: null, depth, node };
}

/** RFC 7208 §4.6.2: directives from left to right until one matches or fails. */
function walk(check: Check, frame: Frame, from: number): Step<Ruling> {
  const { directives, networks4 } = frame;
  for (let i = from; ; i++) {
    if (networks4 !== null) i = nextCandidate(networks4, check.query.ip, i);
    const directive = directives[i];
    if (directive === undefined) break;
    const match = check.tracer === null ? matches(check, frame, directive) : tracedMatch(check, frame, directive);
    if (match instanceof Promise) {
      return match.then((settled) =>
        settled === false ? walk(check, frame, i + 1) : rule(check, frame, directive, settled),
      );
    }
    if (match !== false) return rule(check, frame, directive, match);
  }
  return atEnd(check, frame);
}

function matches(check: Check, frame: Frame, directive: Directive): Step<Match> {
  const { mechanism } = directive;
  switch (mechanism.name) {
    case 'ip4':
    case 'ip6':
      return matchNetwork(check.query.ip, mechanism);
    case 'include':
      return matchInclude(check, frame, directive.span, spendTarget(check, frame, directive.span, mechanism.domain));
    default:
      return matchMechanism(check, frame, directive, mechanism);
  }
}

function tracedMatch(check: Check, frame: Frame, directive: Directive): Step<Match> {
  const { tracer } = check;
  if (tracer === null || frame.node === null) return matches(check, frame, directive);
  const close = openTerm(tracer, frame.node, recordOf(check, frame, directive).text, directive.span);
  return andThen(matches(check, frame, directive), (match) => {
    close(match);
    return match;
  });
}

function rule(check: Check, frame: Frame, directive: Directive, match: true | Failure): Ruling {
  if (match !== true) return match;
  const matched = { directive, record: recordOf(check, frame, directive), domain: frame.domain };
  const { qualifier } = directive;
  return qualifier === '-' ? { result: 'fail', matched } : { result: passingResult(qualifier), matched };
}

/** RFC 7208 §4.6.2. */
function passingResult(qualifier: Exclude<Qualifier, '-'>): 'pass' | 'softfail' | 'neutral' {
  switch (qualifier) {
    case '+':
      return 'pass';
    case '~':
      return 'softfail';
    case '?':
      return 'neutral';
  }
}

/** A directive of the local policy stands in that text, not in the record's. */
function recordOf(check: Check, frame: Frame, directive: Directive): SpfRecord {
  const { localPolicy } = check.options;
  const isOwn = localPolicy === undefined || frame.depth > 0 || !localPolicy.directives.includes(directive);
  return isOwn ? frame.record : localPolicy;
}

// RFC 7208 §5.2: only a pass matches; no record is a permerror, and errors are errors of the including record.
function matchInclude(check: Check, frame: Frame, span: Span, target: Step<Target>): Step<Match> {
  if (target instanceof Promise) return target.then((later) => matchInclude(check, frame, span, later));
  if (isNoName(target)) return target;
  const ruling = evaluateBelow(check, frame, span, target);
  return ruling instanceof Promise
    ? ruling.then((later) => includeMatch(check, frame, span, later))
    : includeMatch(check, frame, span, ruling);
}

function includeMatch(check: Check, frame: Frame, span: Span, ruling: Ruling): Match {
  switch (ruling.result) {
    case 'pass':
      return true;
    case 'fail':
    case 'softfail':
    case 'neutral':
      return false;
    case 'permerror':
    case 'temperror':
      return ruling;
    case 'none':
      return noRecord(check, frame, span, 'include-has-no-record', 'RFC 7208 §5.2', ruling.isVoid);
  }
}

// RFC 7208 §6.1: after the last directive, the redirect's ruling is the record's.
function atEnd(check: Check, frame: Frame): Step<Ruling> {
  const { redirect } = frame.record;
  if (redirect === null) return NO_MATCH;
  const { tracer } = check;
  if (tracer === null || frame.node === null) return followRedirect(check, frame, redirect);
  const close = openTerm(tracer, frame.node, frame.record.text, redirect.span);
  return andThen(followRedirect(check, frame, redirect), (ruling) => {
    close(ruling.result === 'permerror' || ruling.result === 'temperror' ? ruling : ruling !== NO_MATCH);
    return ruling;
  });
}

function followRedirect(check: Check, frame: Frame, { domain, span }: TargetModifier): Step<Ruling> {
  return andThen(spendTarget(check, frame, span, domain), (target) => {
    if (isNoName(target)) return target === false ? NO_MATCH : target;
    return andThen(evaluateBelow(check, frame, span, target), (below) =>
      below.result === 'none'
        ? noRecord(check, frame, span, 'redirect-has-no-record', 'RFC 7208 §6.1', below.isVoid)
        : below,
    );
  });
}

/** The term ends before anything is asked: it can match nothing, or a limit is reached. */
function isNoName(target: Target): target is Failure | false {
  return target === false || (typeof target === 'object' && target !== null);
}

/** The ruling of the record that an include or a redirect names; null is a name that is none. */
function evaluateBelow(check: Check, frame: Frame, span: Span, name: DomainName | null): Step<Ruling> {
  // RFC 7208 §4.3 holds for the inner check_host() too: a single label is not checked.
  if (name?.includes('.') !== true) return { result: 'none', why: 'invalid-domain', isVoid: false };
  if (frame.depth >= MAX_DEPTH) return tooManyLookups(frame, span, check.budget.limits.lookups);
  return evaluate(check, name, frame.depth + 1);
}

function noRecord(
  check: Check,
  frame: Frame,
  span: Span,
  code: LimitCode,
  rfc: 'RFC 7208 §5.2' | 'RFC 7208 §6.1',
  isVoid: boolean,
): Failure {
  if (isVoid && !noteVoid(check.budget)) return tooManyVoids(frame, span, check.budget.limits.voids);
  return termProblem(frame, span, code, rfc, 'names a domain that has no SPF record');
}
