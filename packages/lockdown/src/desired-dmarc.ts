import { type DomainName, isSubdomainOf, parseDomainName } from '@unsent/dns';
import type { Aim, Desired, DesiredContext } from './aim.ts';
import type { PlanNote } from './change.ts';
import { cnameEnd, covered, whyCarriesMail } from './desired-spf.ts';
import { isSameDmarc, reportTags, strictDmarc } from './dmarc.ts';
import { below, cutAbove, hasOwnMail, recordsAt, whyBlocked, type ZoneFacts } from './facts.ts';
import { isDmarcText } from './kinds.ts';
import type { LockdownOptions } from './options.ts';
import { txtOf, type ZoneRecord } from './zone.ts';

/** TXT strings hold 255 octets each (RFC 1035 §3.3.14). */
const MAX_STRING = 255;

const PREFIX = '_dmarc.';

/**
 * `_dmarc`: reject, for the domain, its subdomains and names that do not exist (RFC 9989 §4.7); and no policy below it
 * that says less.
 */
export function desiredDmarc(context: DesiredContext): Desired {
  const { facts, options } = context;
  if (!options.parts.has('dmarc')) return { aims: [], notes: [] };
  const pieces = [
    policyAt(context, below('_dmarc', facts.zone), options.rua),
    { aims: wildcardAims(facts), notes: [] },
    ...namesBelow(facts).map((name) => policyBelow(context, name)),
  ];
  return { aims: pieces.flatMap(({ aims }) => aims), notes: pieces.flatMap(({ notes }) => notes) };
}

/** The strict policy at `name`; `rua` null keeps the report addresses that are published there. */
function policyAt(context: DesiredContext, name: DomainName, rua: LockdownOptions['rua']): Desired {
  const existing = policiesAt(context.facts, name);
  const { text, notes } = dmarcText(context, existing, rua);
  const piece = covered(context, dmarcAim(context, name, existing, text), name);
  return { aims: piece.aims, notes: [...piece.notes, ...notes] };
}

/** Names such as `_dmarc.www`: receivers ask there before they ask the domain (RFC 9989 §4.10.1). */
function namesBelow(facts: ZoneFacts): readonly DomainName[] {
  return [...facts.names.keys()]
    .filter((name) => name.startsWith(PREFIX) && name !== below('_dmarc', facts.zone) && cutAbove(facts, name) === null)
    .filter((name) => recordsAt(facts, name, 'CNAME').length > 0 || policiesAt(facts, name).length > 0)
    .sort();
}

/** Report addresses stay: a receiver of reports has agreed to those about this very name (RFC 9990 §4). */
function policyBelow(context: DesiredContext, name: DomainName): Desired {
  const { facts, options } = context;
  const domain = parseDomainName(name.slice(PREFIX.length));
  if (domain !== null && (hasOwnMail(facts, domain) || whyCarriesMail(facts, options, domain) !== null)) {
    const message = `${name} is the policy of a name with mail, and stays as it is.`;
    return { aims: [], notes: [{ code: 'left-alone', message }] };
  }
  return isLedToDomain(context, name) ? { aims: [], notes: [] } : policyAt(context, name, null);
}

/** True if a CNAME leads to the policy of the domain, which is strict, and nobody asked for another record in its place. */
function isLedToDomain({ facts, options }: DesiredContext, name: DomainName): boolean {
  if (options.replaceCnamesAt.has(name)) return false;
  const policy = below('_dmarc', facts.zone);
  return cnameEnd(facts, name) === policy && whyBlocked(facts, policy, options.replaceCnamesAt) === null;
}

/** A policy at `*` would be found at `_dmarc` of each name that does not exist, before that of the domain. */
function wildcardAims(facts: ZoneFacts): readonly Aim[] {
  const star = below('*', facts.zone);
  if (policiesAt(facts, star).length === 0 || cutAbove(facts, star) !== null) return [];
  const why = 'it would stand before the policy of the domain (RFC 9989 §4.10.1)';
  return [{ name: star, type: 'TXT', owns: 'dmarc', wanted: [], why }];
}

function policiesAt(facts: ZoneFacts, name: DomainName): readonly ZoneRecord[] {
  return recordsAt(facts, name, 'TXT').filter((record) => isDmarcText(txtOf(record) ?? ''));
}

/** A record that says the same in other words stays as it is. */
function dmarcAim(context: DesiredContext, name: DomainName, existing: readonly ZoneRecord[], text: string): Aim {
  const [only] = existing;
  const isAlready = existing.length === 1 && only !== undefined && isSameDmarc(txtOf(only) ?? '', text);
  const wanted = isAlready ? only : context.wanted({ name, type: 'TXT', data: cut(text) });
  const why = 'receivers that check DMARC reject what fails (RFC 9989 §4.7)';
  return { name, type: 'TXT', owns: 'dmarc', wanted: [wanted], why };
}

function dmarcText(
  { facts, options }: DesiredContext,
  existing: readonly ZoneRecord[],
  rua: LockdownOptions['rua'],
): { readonly text: string; readonly notes: readonly PlanNote[] } {
  // A domain that keeps its MX still receives reports at itself.
  const silent = [...(options.keepsMx || !options.parts.has('mx') ? [] : [facts.zone]), ...options.lockedDomains];
  const receivesNothing = (domain: DomainName): boolean => silent.some((locked) => isSubdomainOf(domain, locked));
  const published = rua === null ? publishedText(existing) : `rua=${rua.join(',')}`;
  const { kept, dropped } = reportTags(published, receivesNothing);
  const notes = dropped.map(
    (uri): PlanNote => ({ code: 'rua', message: `Reports to ${uri} would never arrive, so it is left out.` }),
  );
  return { text: strictDmarc(kept), notes };
}

function publishedText([first]: readonly ZoneRecord[]): string {
  return first === undefined ? '' : (txtOf(first) ?? '');
}

function cut(text: string): readonly string[] {
  const strings: string[] = [];
  for (let i = 0; i < text.length; i += MAX_STRING) strings.push(text.slice(i, i + MAX_STRING));
  return strings;
}
