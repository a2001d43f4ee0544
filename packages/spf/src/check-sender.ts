import type { Resolver } from '@unsent/dns';
import { checkHost } from './check-host.ts';
import type { SpfIdentity } from './headers.ts';
import { splitSender } from './identity.ts';
import type { SpfOptions, SpfQuery } from './options.ts';
import type { SpfOutcome } from './outcome.ts';

/** Whom a check is about. A pass of one identity says nothing about the other (RFC 7208 §2.3, §2.4). */
export type SpfSubject = { readonly identity: SpfIdentity; readonly domain: string; readonly sender: string };

/** What an SMTP server knows of a message: the query without the domain to check. */
export type SenderQuery = Omit<SpfQuery, 'domain'>;

/**
 * The identity to check for a MAIL FROM and a HELO.
 *
 * The null sender of a bounce (`''` or `<>`) has no domain: the HELO name is checked, as postmaster of it
 * (RFC 7208 §2.4). A HELO that is an address literal, a single label or empty is then the outcome 'none'.
 */
export function subjectOf(sender: string, helo: string): SpfSubject {
  if (sender === '' || sender === '<>') return heloSubject(helo);
  return { identity: 'mailfrom', domain: splitSender(sender).domain, sender };
}

/** The HELO identity, for those who check it as well as MAIL FROM (RFC 7208 §2.3). */
export function heloSubject(helo: string): SpfSubject {
  return { identity: 'helo', domain: helo, sender: `postmaster@${helo}` };
}

/** `checkHost` for the identity that `subjectOf` chooses. */
export function checkSender(
  query: SenderQuery,
  resolver: Resolver,
  options: SpfOptions = {},
): SpfOutcome | Promise<SpfOutcome> {
  const { ip, helo, receiver, now } = query;
  const { domain, sender } = subjectOf(query.sender, helo);
  return checkHost({ ip, domain, sender, helo, receiver, now }, resolver, options);
}
