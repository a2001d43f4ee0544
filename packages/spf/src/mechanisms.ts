import type { Answer, DomainName } from '@unsent/dns';
import { ask, temperror } from './ask.ts';
import type { Directive, DomainSpec, Mechanism, NetworkMechanism, Span } from './ast.ts';
import { noteVoid, spendLookup } from './budget.ts';
import type { Check, Frame } from './check.ts';
import { usesMacro } from './macro.ts';
import type { Failure, Match } from './match.ts';
import { textSharesPrefix } from './network.ts';
import { clientPointer, hasPointerBelow } from './pointer.ts';
import { termProblem, tooManyLookups, tooManyVoids } from './problems.ts';
import { andThen, type Step } from './step.ts';
import { canNeverMatch, targetOf } from './target.ts';
import { noteTarget } from './trace.ts';

type Addresses = Extract<Mechanism, { name: 'a' | 'mx' }>;
type OtherMechanism = Exclude<Mechanism, NetworkMechanism | { name: 'include' }>;
type AskingMechanism = Exclude<OtherMechanism, { name: 'all' }>;

/**
 * The name that a term asks about; null when its target is no name, false when the term can match nothing, as the
 * local part in its target is not ASCII (RFC 8616 §4), or the failure that ends the check.
 */
export type Target = DomainName | null | false | Failure;

/** Does the client match a mechanism that is neither a network nor an include (RFC 7208 §5)? */
export function matchMechanism(
  check: Check,
  frame: Frame,
  directive: Directive,
  mechanism: OtherMechanism,
): Step<Match> {
  if (mechanism.name === 'all') return true;
  const target = spendTarget(check, frame, directive.span, mechanism.domain);
  return target instanceof Promise
    ? target.then((later) => matchTarget(check, frame, directive, mechanism, later))
    : matchTarget(check, frame, directive, mechanism, target);
}

function matchTarget(
  check: Check,
  frame: Frame,
  directive: Directive,
  mechanism: AskingMechanism,
  target: Target,
): Step<Match> {
  if (typeof target !== 'string') return target ?? false;
  switch (mechanism.name) {
    case 'a':
      return matchAddresses(check, frame, directive, target, mechanism);
    case 'mx':
      return matchMx(check, frame, directive, target, mechanism);
    case 'exists':
      return matchExists(check, frame, directive, target);
    case 'ptr':
      return matchPtr(check, frame, directive, target);
  }
}

/**
 * Spends the lookup of a term and expands its target.
 *
 * RFC 7208 §4.6.4: the lookup is spent before anything is asked, and a %{p} whose PTR was not asked yet is one more.
 */
export function spendTarget(check: Check, frame: Frame, span: Span, spec: DomainSpec | null): Step<Target> {
  if (spec !== null && canNeverMatch(check, spec)) return false;
  const { budget } = check;
  if (!spendLookup(budget)) return tooManyLookups(frame, span, budget.limits.lookups);
  if (spec === null) return traced(check, frame.domain);
  if (spec.fixed !== null) return traced(check, spec.fixed);
  if (check.pointer === null && usesMacro(spec.parts, 'p') && !spendLookup(budget)) {
    return tooManyLookups(frame, span, budget.limits.lookups);
  }
  const name = targetOf(check, frame.domain, spec);
  return name instanceof Promise ? name.then((later) => traced(check, later)) : traced(check, name);
}

function traced(check: Check, name: DomainName | null): DomainName | null {
  if (check.tracer !== null) noteTarget(check.tracer, name);
  return name;
}

// RFC 7208 §5.3: one of the name's addresses, of the client's family, is in the network.
function matchAddresses(
  check: Check,
  frame: Frame,
  directive: Directive,
  name: DomainName,
  mechanism: Addresses,
): Step<Match> {
  return askAddresses(check, name, (answer) => {
    switch (answer.kind) {
      case 'records':
        return holdsClient(check, answer.data, mechanism);
      case 'failure':
        return temperror(check, name, answer);
      case 'nodata':
        return check.options.voidCounting === 'dual-stack'
          ? countVoidIfSingleStack(check, frame, directive, name)
          : countVoid(check, frame, directive);
      case 'nxdomain':
        return countVoid(check, frame, directive);
    }
  });
}

function askAddresses(
  check: Check,
  name: DomainName,
  use: (answer: Answer<'A'> | Answer<'AAAA'>) => Step<Match>,
): Step<Match> {
  return check.query.ip.family === 4 ? ask(check, name, 'A', use) : ask(check, name, 'AAAA', use);
}

function holdsClient(check: Check, addresses: readonly string[], mechanism: Addresses): boolean {
  const { ip } = check.query;
  const prefix = ip.family === 4 ? mechanism.prefix4 : mechanism.prefix6;
  for (const text of addresses) if (textSharesPrefix(ip, text, prefix)) return true;
  return false;
}

/** A term whose lookup was void does not match; one void too many is a permerror (RFC 7208 §4.6.4). */
function countVoid(check: Check, frame: Frame, { span }: Directive): Match {
  return noteVoid(check.budget) ? false : tooManyVoids(frame, span, check.budget.limits.voids);
}

/** The option `dual-stack`: a name that has addresses of the other family is no void lookup. */
function countVoidIfSingleStack(check: Check, frame: Frame, directive: Directive, name: DomainName): Step<Match> {
  return ask(check, name, check.query.ip.family === 4 ? 'AAAA' : 'A', (answer) =>
    answer.kind === 'records' ? false : countVoid(check, frame, directive),
  );
}

// RFC 7208 §5.4: one of the addresses of the name's MX hosts is in the network. No MX, no match: never the A instead.
function matchMx(
  check: Check,
  frame: Frame,
  directive: Directive,
  name: DomainName,
  mechanism: Addresses,
): Step<Match> {
  return ask(check, name, 'MX', (answer) => {
    if (answer.kind === 'failure') return temperror(check, name, answer);
    if (answer.kind !== 'records') return countVoid(check, frame, directive);
    const limit = check.budget.limits.mx;
    if (answer.data.length > limit) {
      const message = `names ${answer.data.length} MX hosts, and ${limit} are allowed`;
      return termProblem(frame, directive.span, 'too-many-mx', 'RFC 7208 §4.6.4', message);
    }
    return matchMxHosts(
      check,
      answer.data.map(({ exchange }) => exchange),
      mechanism,
      0,
    );
  });
}

function matchMxHosts(
  check: Check,
  exchanges: readonly (DomainName | '.')[],
  mechanism: Addresses,
  from: number,
): Step<Match> {
  const exchange = exchanges[from];
  if (exchange === undefined) return false;
  // The null MX of RFC 7505 names no host.
  if (exchange === '.' || exchange === '') return matchMxHosts(check, exchanges, mechanism, from + 1);
  return askAddresses(check, exchange, (answer) => {
    if (answer.kind === 'failure') return temperror(check, exchange, answer);
    // A host without addresses is no void lookup: §4.6.4 counts terms.
    if (answer.kind === 'records' && holdsClient(check, answer.data, mechanism)) return true;
    return matchMxHosts(check, exchanges, mechanism, from + 1);
  });
}

// RFC 7208 §5.7: any A record at all, for clients of either family.
function matchExists(check: Check, frame: Frame, directive: Directive, name: DomainName): Step<Match> {
  return ask(check, name, 'A', (answer) => {
    if (answer.kind === 'failure') return temperror(check, name, answer);
    return answer.kind === 'records' ? true : countVoid(check, frame, directive);
  });
}

// RFC 7208 §5.5: a DNS error while asking for the PTR is no match, unlike everywhere else.
function matchPtr(check: Check, frame: Frame, directive: Directive, target: DomainName): Step<Match> {
  return andThen(clientPointer(check), (answer) => {
    if (answer.kind === 'failure') return check.halt ?? false;
    if (answer.kind !== 'records') return countVoid(check, frame, directive);
    return andThen(hasPointerBelow(check, answer, target), (isBelow) => check.halt ?? isBelow);
  });
}
