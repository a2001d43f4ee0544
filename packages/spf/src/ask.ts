import type { Answer, DomainName, FailedAnswer, RrType } from '@unsent/dns';
import { spendQuery } from './budget.ts';
import type { Check } from './check.ts';
import type { Failure } from './match.ts';
import type { Step } from './step.ts';
import { noteQuery } from './trace.ts';

/** What the terms see when nothing more may be asked; the reason is in `check.halt`. */
const HALTED: FailedAnswer = { kind: 'failure', cause: 'timeout', detail: 'the check has ended' };

/**
 * Asks the resolver one question and goes on with the answer. At once when it answers at once.
 *
 * A resolver that throws has given an answer of the kind `failure`. When the cap on questions, the time limit or the
 * caller's signal forbids to ask, sets `check.halt` and goes on with a failure.
 */
export function ask<T extends RrType, R>(
  check: Check,
  name: DomainName,
  type: T,
  use: (answer: Answer<T>) => Step<R>,
): Step<R> {
  const answer = begin(check, name, type);
  return answer instanceof Promise ? whenAnswered(check, name, type, answer, use) : use(answer);
}

/** The answer if it is at hand, or the promise of it. */
function begin<T extends RrType>(check: Check, name: DomainName, type: T): Step<Answer<T>> {
  if (check.halt !== null || mustHalt(check, name)) return HALTED;
  let answer: Step<Answer<T>>;
  try {
    answer = check.resolver.resolve(name, type, check.options.signal);
  } catch (error) {
    answer = failureOf(error);
  }
  if (!(answer instanceof Promise)) note(check, name, type, answer);
  return answer;
}

/**
 * Goes on when the answer is there, or when the check must end without it.
 *
 * What follows is part of the wait instead of a promise upon it, and nothing is an async function: this is done for each
 * question of each check that DNS has to be asked.
 */
function whenAnswered<T extends RrType, R>(
  check: Check,
  name: DomainName,
  type: T,
  coming: Promise<Answer<T>>,
  use: (answer: Answer<T>) => Step<R>,
): Promise<R> {
  const goOn = (answer: Answer<T>): Step<R> => {
    if (answer === HALTED) mustHalt(check, name);
    note(check, name, type, answer);
    return use(answer);
  };
  if (check.limiter === null) return coming.then(goOn, (error: unknown) => goOn(failureOf(error)));
  return check.limiter.race(coming, goOn, failureOf, HALTED);
}

/** Whoever wants to know hears of the answer. */
function note<T extends RrType>(check: Check, name: DomainName, type: T, answer: Answer<T>): void {
  check.options.onAnswer?.(answer);
  if (check.tracer !== null) noteQuery(check.tracer, name, type, answer);
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
