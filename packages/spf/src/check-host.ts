import { type DomainName, parseDomainName, type Resolver } from '@unsent/dns';
import { type Check, newCheck, type Ruling } from './check.ts';
import { evaluate } from './evaluate.ts';
import { explain } from './explain.ts';
import { newLimiter } from './limiter.ts';
import type { SpfOptions, SpfQuery } from './options.ts';
import type { SpfOutcome } from './outcome.ts';
import { outcomeOf } from './outcome-of.ts';
import { andThen, type Step } from './step.ts';

/**
 * RFC 7208 §4: may `query.ip` send mail for `query.domain`?
 *
 * Returns the outcome at once when every answer was at hand, otherwise a promise of it. Never throws, never rejects.
 */
export function checkHost(
  query: SpfQuery,
  resolver: Resolver,
  options: SpfOptions = {},
): SpfOutcome | Promise<SpfOutcome> {
  const limiter = newLimiter(options);
  const check = newCheck(query, resolver, options, limiter);
  const domain = domainToCheck(query.domain);
  if (domain === null) return outcomeOf(check, { result: 'none', why: 'invalid-domain', isVoid: false }, null);
  const ruling = evaluate(check, domain, 0);
  return ruling instanceof Promise ? ruling.then((later) => finish(check, later)) : finish(check, ruling);
}

function finish(check: Check, ruling: Ruling): Step<SpfOutcome> {
  const outcome = conclude(check, ruling);
  const { limiter } = check;
  if (limiter === null) return outcome;
  return andThen(outcome, (settled) => {
    limiter.dispose();
    return settled;
  });
}

function conclude(check: Check, ruling: Ruling): Step<SpfOutcome> {
  // RFC 7208 §6.2: the explanation is asked for once, after the result is known.
  if (ruling.result !== 'fail' || ruling.matched.record.exp === null) return outcomeOf(check, ruling, null);
  return andThen(explain(check, ruling.matched), (text) => outcomeOf(check, ruling, text));
}

/** RFC 7208 §4.3: a malformed domain, an address literal or a single label is not checked. */
function domainToCheck(text: string): DomainName | null {
  // No name is longer, also not one with U-labels: each of their characters takes an octet at least.
  if (text.length > 254 || text.charCodeAt(0) === 0x5b) return null;
  const domain = parseDomainName(text);
  return domain?.includes('.') === true ? domain : null;
}
