import type { DomainName } from '@unsent/dns';
import type { DomainSpec, MacroString } from './ast.ts';
import { type Check, identityIn } from './check.ts';
import type { Identity } from './identity.ts';
import { expandName, type MacroValues, usesMacro } from './macro.ts';
import { validatedName } from './pointer.ts';
import { andThen, type Step } from './step.ts';

/** The name that a domain-spec stands for, or null when it is none that DNS can be asked for (RFC 7208 §4.8). */
export function targetOf(check: Check, domain: DomainName, spec: DomainSpec): Step<DomainName | null> {
  if (spec.fixed !== null) return spec.fixed;
  return andThen(macroValues(check, domain, spec.parts), (values) => expandName(spec.parts, values));
}

const NO_TIME = new Date(0);
const NO_IDENTITY: Identity = { localPart: '', hasAsciiLocalPart: true, senderDomain: '', helo: '', receiver: '' };

/** What the macros stand for. Only a `%{p}` has to ask DNS for its value. */
export function macroValues(check: Check, domain: DomainName, parts: MacroString): Step<MacroValues> {
  const { ip } = check.query;
  // Read only where they show: an outcome may then be kept for whatever the query says besides.
  const now = usesMacro(parts, 't') ? check.query.now : NO_TIME;
  const identity = usesMacro(parts, 'slohr') ? identityIn(check) : NO_IDENTITY;
  if (!usesMacro(parts, 'p')) return { ip, now, identity, domain, validatedName: 'unknown' };
  return andThen(validatedName(check, domain), (name) => ({ ip, now, identity, domain, validatedName: name }));
}

/** RFC 8616 §4: a term with %{s} or %{l} matches nothing when the local part is not ASCII. */
export function canNeverMatch(check: Check, spec: DomainSpec): boolean {
  return spec.fixed === null && usesMacro(spec.parts, 'sl') && !identityIn(check).hasAsciiLocalPart;
}
