import { type DomainName, isSubdomainOf } from '@unsent/dns';
import type { Aim, Desired, DesiredContext } from './aim.ts';
import type { PlanNote } from './change.ts';
import { covered } from './desired-spf.ts';
import { isSameDmarc, reportTags, strictDmarc } from './dmarc.ts';
import { below, recordsAt } from './facts.ts';
import { isDmarcText } from './kinds.ts';
import { txtOf, type ZoneRecord } from './zone.ts';

/** TXT strings hold 255 octets each (RFC 1035 §3.3.14). */
const MAX_STRING = 255;

/** `_dmarc`: reject, for the domain, its subdomains and names that do not exist (RFC 9989 §4.7). */
export function desiredDmarc(context: DesiredContext): Desired {
  const { facts, options } = context;
  if (!options.parts.has('dmarc')) return { aims: [], notes: [] };
  const name = below('_dmarc', facts.zone);
  const existing = recordsAt(facts, name, 'TXT').filter((record) => isDmarcText(txtOf(record) ?? ''));
  const { text, notes } = dmarcText(context, existing);
  const aim = dmarcAim(context, name, existing, text);
  const piece = covered(context, aim, name);
  return { aims: piece.aims, notes: [...piece.notes, ...notes] };
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
): { readonly text: string; readonly notes: readonly PlanNote[] } {
  // A domain that keeps its MX still receives reports at itself.
  const silent = [...(options.keepsMx || !options.parts.has('mx') ? [] : [facts.zone]), ...options.lockedDomains];
  const receivesNothing = (domain: DomainName): boolean => silent.some((locked) => isSubdomainOf(domain, locked));
  const published = options.rua === null ? publishedText(existing) : `rua=${options.rua.join(',')}`;
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
