import type { Answer, DomainName, FailedAnswer, RrType } from '@unsent/dns';
import { spendQuery } from './budget.ts';
import type { Check } from './check.ts';
import type { Failure } from './match.ts';
import type { Step } from './step.ts';
import { noteQuery, type Tracer } from './trace.ts';

/** What the terms see when nothing more may be asked; the reason is in `check.halt`. */
const HALTED: FailedAnswer = { kind: 'failure', cause: 'timeout', detail: 'the check has ended' };

/**
 * Asks the resolver one question. At once when it answers at once.
 *
 * Never throws: a resolver that does is an answer of the kind `failure`. When the cap on questions, the time limit or
 * the caller's signal forbids to ask, sets `check.halt` and answers a failure.
 */
export function ask<T extends RrType>(check: Check, name: DomainName, type: T): Step<Answer<T>> {
  if (check.halt !== null || mustHalt(check, name)) return HALTED;
  let answer: Step<Answer<T>>;
  try {
    answer = check.resolver.resolve(name, type, check.options.signal);
  } catch (error) {
    answer = failureOf(error);
  }
  if ('then' in answer) return later(check, name, type, answer);
  if (check.tracer !== null) noteQuery(check.tracer, name, type, answer);
  return answer;
}

/** No async function, and no promise more than it takes: this is done once for each question of each check. */
function later<T extends RrType>(
  check: Check,
  name: DomainName,
  type: T,
  coming: Promise<Answer<T>>,
): Promise<Answer<T>> {
  const { limiter, tracer } = check;
  const found = tracer === null ? coming : coming.catch(failureOf).then(noted(check, tracer, name, type));
  if (limiter === null) return tracer === null ? coming.catch(failureOf) : found;
  return limiter.race(found, failureOf, () => {
    mustHalt(check, name);
    if (tracer !== null) noteQuery(tracer, name, type, HALTED);
    return HALTED;
  });
}

/** Writes an answer down in the trace, unless it comes after the end. */
function noted<T extends RrType>(
  check: Check,
  tracer: Tracer,
  name: DomainName,
  type: T,
): (answer: Answer<T>) => Answer<T> {
  return (answer) => {
    if (check.halt === null) noteQuery(tracer, name, type, answer);
    return answer;
  };
}

/** Spends a question; true, with the reason in `check.halt`, when it must not be asked. */
function mustHalt(check: Check, name: DomainName): boolean {
  const expired = check.limiter === null ? null : check.limiter.expired();
  if (expired !== null) check.halt = { result: 'temperror', name: null, detail: expired };
  else if (!spendQuery(check.budget)) check.halt = tooManyQueries(check, name);
  return check.halt !== null;
}

function tooManyQueries(check: Check, name: DomainName): Failure {
  const message = `${name} is one question more than the ${check.budget.limits.queries} that are allowed`;
  const code = 'too-many-queries';
  return {
    result: 'permerror',
    problem: { code, message, span: null, text: null, domain: null, rfc: 'RFC 7208 §4.6.4' },
  };
}

function failureOf(error: unknown): FailedAnswer {
  return { kind: 'failure', cause: 'unreachable', detail: error instanceof Error ? error.message : String(error) };
}

/** The temperror of a failed answer (RFC 7208 §5), or what halted the check. */
export function temperror(check: Check, name: DomainName, answer: FailedAnswer): Failure {
  return check.halt ?? { result: 'temperror', name, detail: `${answer.cause}: ${answer.detail}` };
}
