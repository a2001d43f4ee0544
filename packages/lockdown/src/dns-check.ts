import type { DomainName, Resolver } from '@unsent/dns';
import { strictDmarc } from './dmarc.ts';
import { below } from './facts.ts';
import { isDkimText, isDmarcText, isRevokedDkimText, isSpfText, parseTags, SPF_NOBODY } from './kinds.ts';
import type { LockdownOptions } from './options.ts';

/**
 * True if DNS already shows a domain as locked, as far as a resolver can tell: MX, SPF at the apex and at `*`, DMARC,
 * the DKIM wildcard, each where it is part of `options`.
 *
 * Saves a portfolio the provider's calls on a second run. Hosts and selectors cannot be listed through DNS, so they are
 * not looked at; nor is a domain skipped when a question failed.
 */
export async function isLockedInDns(
  domain: DomainName,
  options: LockdownOptions,
  resolver: Resolver,
): Promise<boolean> {
  const { parts } = options;
  if (parts.has('mx') && !options.keepsMx && !(await hasDeadMx(domain, options, resolver))) return false;
  if (parts.has('spf') && !(await hasOnlyText(domain, resolver, isSpfText, (text) => text === SPF_NOBODY)))
    return false;
  if (parts.has('wildcard')) {
    const sample = below('unsent-proof', domain);
    if (!(await hasOnlyText(sample, resolver, isSpfText, (text) => text === SPF_NOBODY))) return false;
  }
  if (parts.has('dmarc') && !(await hasOnlyText(below('_dmarc', domain), resolver, isDmarcText, isStrict)))
    return false;
  if (!parts.has('dkim')) return true;
  const selector = below('unsent-proof._domainkey', domain);
  return hasOnlyText(selector, resolver, isDkimText, isRevokedDkimText);
}

async function hasDeadMx(domain: DomainName, { mx }: LockdownOptions, resolver: Resolver): Promise<boolean> {
  const answer = await resolver.resolve(domain, 'MX');
  const [only, more] = answer.kind === 'records' ? answer.data : [];
  if (only === undefined || more !== undefined) return false;
  if (only.exchange === '.') return mx !== 'loopback';
  if (mx === 'null') return false;
  const addresses = await resolver.resolve(only.exchange, 'A');
  return addresses.kind === 'records' && addresses.data.every((address) => address === '127.0.0.1');
}

/** True if exactly one TXT record at `name` is of the kind, and it is as wanted. */
async function hasOnlyText(
  name: DomainName,
  resolver: Resolver,
  isMeant: (text: string) => boolean,
  isRight: (text: string) => boolean,
): Promise<boolean> {
  const answer = await resolver.resolve(name, 'TXT');
  if (answer.kind !== 'records') return false;
  const meant = answer.data.map((strings) => strings.join('')).filter(isMeant);
  return meant.length === 1 && meant.every(isRight);
}

/** Every tag of the strict policy, whatever stands beside it about reports. */
function isStrict(text: string): boolean {
  const tags = parseTags(text);
  return [...parseTags(strictDmarc(new Map()))].every(([tag, value]) => tags.get(tag) === value) && !tags.has('t');
}
