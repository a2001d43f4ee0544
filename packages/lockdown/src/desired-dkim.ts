import type { DomainName } from '@unsent/dns';
import type { Aim, Desired, DesiredContext } from './aim.ts';
import { clearCname } from './desired-spf.ts';
import { below, cutAbove, hasOwnMail, recordsAt, whatCuts, type ZoneFacts } from './facts.ts';
import { isDkimText, isRevokedDkimText } from './kinds.ts';
import { txtOf } from './zone.ts';

/** An empty key: signatures with this selector fail (RFC 6376 §3.6.1). */
export const DKIM_REVOKED = 'v=DKIM1; p=';

/** `*._domainkey` revoked, and every existing selector too: a wildcard does not cover names that exist. */
export function desiredDkim(context: DesiredContext): Desired {
  const { facts, options, wanted } = context;
  if (!options.parts.has('dkim')) return { aims: [], notes: [] };
  const star = below('*._domainkey', facts.zone);
  const cut = cutAbove(facts, star);
  if (cut !== null) {
    const message = `DKIM keys cannot be revoked: ${whatCuts(cut)}.`;
    return { aims: [], notes: [{ code: 'not-covered', message }] };
  }
  const revoke = (name: DomainName, why: string): Aim => ({
    name,
    type: 'TXT',
    owns: 'dkim',
    wanted: [wanted({ name, type: 'TXT', data: [DKIM_REVOKED] })],
    why,
  });
  const selectors = liveSelectors(facts).filter((name) => name !== star);
  const aims = selectors.flatMap((name) => [
    ...(recordsAt(facts, name, 'CNAME').length > 0 ? [clearCname(name)] : []),
    revoke(name, 'the key of this selector is revoked (RFC 6376 §3.6.1)'),
  ]);
  const isRevoked = recordsAt(facts, star, 'TXT').some((record) => isRevokedDkimText(txtOf(record) ?? ''));
  const isLive = liveSelectors(facts).includes(star);
  if (isRevoked && !isLive) return { aims, notes: [] };
  const clear = recordsAt(facts, star, 'CNAME').length > 0 ? [clearCname(star)] : [];
  return { aims: [...clear, revoke(star, 'no other selector has a key either'), ...aims], notes: [] };
}

/**
 * Selectors that hold a key, or a CNAME to where one may be held; revoked ones are not among them.
 *
 * Those of a subdomain with mail of its own are that subdomain's business.
 */
export function liveSelectors(facts: ZoneFacts): readonly DomainName[] {
  return [...facts.names.keys()]
    .filter((name) => name.includes('._domainkey.') && cutAbove(facts, name) === null)
    .filter((name) => !belongsToOthers(facts, name))
    .filter((name) => recordsAt(facts, name, 'CNAME').length > 0 || hasLiveKey(facts, name))
    .sort();
}

function hasLiveKey(facts: ZoneFacts, name: DomainName): boolean {
  const keys = recordsAt(facts, name, 'TXT').map((record) => txtOf(record) ?? '');
  return keys.some((text) => isDkimText(text) && !isRevokedDkimText(text));
}

function belongsToOthers(facts: ZoneFacts, selector: DomainName): boolean {
  for (const owner of facts.names.keys()) {
    if (owner !== facts.zone && selector.endsWith(`._domainkey.${owner}`)) return hasOwnMail(facts, owner);
  }
  return false;
}
