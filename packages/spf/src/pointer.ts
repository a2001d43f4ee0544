import { type Answer, type DomainName, isSubdomainOf, reverseName } from '@unsent/dns';
import { ask } from './ask.ts';
import type { Check } from './check.ts';
import { textSharesPrefix } from './network.ts';
import { andThen, type Step } from './step.ts';

/** The PTR answer for the client's address, asked for once a check. */
export function clientPointer(check: Check): Step<Answer<'PTR'>> {
  if (check.pointer !== null) return check.pointer;
  return ask(check, reverseName(check.query.ip), 'PTR', (answer) => {
    check.pointer = answer;
    return answer;
  });
}

/**
 * Does a validated name of the client end in `target` (RFC 7208 §5.5)?
 *
 * Names that cannot match are not validated: it would change nothing and cost a question each.
 */
export function hasPointerBelow(check: Check, answer: Answer<'PTR'>, target: DomainName): Step<boolean> {
  const names = namesOf(check, answer).filter((name) => isSubdomainOf(name, target));
  return andThen(firstValidated(check, names, 0), (name) => name !== null);
}

/** `%{p}`: the domain itself if validated, else a name below it, else any, else `unknown` (RFC 7208 §7.3). */
export function validatedName(check: Check, domain: DomainName): Step<string> {
  return andThen(clientPointer(check), (answer) => {
    const names = namesOf(check, answer);
    const below = names.filter((name) => name !== domain && isSubdomainOf(name, domain));
    const others = names.filter((name) => !isSubdomainOf(name, domain));
    const itself = names.filter((name) => name === domain);
    return andThen(firstValidated(check, [...itself, ...below, ...others], 0), (name) => name ?? 'unknown');
  });
}

/** RFC 7208 §4.6.4: the first ten names count, the rest are ignored. */
function namesOf(check: Check, answer: Answer<'PTR'>): readonly DomainName[] {
  return answer.kind === 'records' ? answer.data.slice(0, check.budget.limits.ptr) : [];
}

function firstValidated(check: Check, names: readonly DomainName[], from: number): Step<DomainName | null> {
  const name = names[from];
  if (name === undefined) return null;
  return andThen(isValidated(check, name), (valid) => (valid ? name : firstValidated(check, names, from + 1)));
}

/** Does the name have the client's address? An error while asking skips the name (RFC 7208 §5.5). */
function isValidated(check: Check, name: DomainName): Step<boolean> {
  check.validated ??= new Map();
  const known = check.validated.get(name);
  if (known !== undefined) return known;
  const { ip } = check.query;
  return ask(check, name, ip.family === 4 ? 'A' : 'AAAA', (answer) => {
    const length = ip.family === 4 ? 32 : 128;
    const valid = answer.kind === 'records' && answer.data.some((text) => textSharesPrefix(ip, text, length));
    check.validated?.set(name, valid);
    return valid;
  });
}
