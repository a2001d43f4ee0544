import type { DomainName, Resolver } from '@unsent/dns';
import { desiredRecords } from './desired.ts';
import { below } from './facts.ts';
import { isDkimText, isRevokedDkimText, isSpfText, SPF_NOBODY } from './kinds.ts';
import type { LockdownOptions } from './options.ts';
import { planLockdown } from './plan.ts';
import type { ProviderCapabilities } from './providers/provider.ts';
import { NO_META, snapshotOf } from './zone.ts';

/**
 * True if DNS already shows a domain as locked, as far as a resolver can tell: MX, SPF at the apex and at `*`, DMARC
 * with its report addresses, the DKIM wildcard, each where it is part of `options`.
 *
 * Saves a portfolio the provider's calls on a second run. Hosts and selectors cannot be listed through DNS: they are
 * taken as done where the SPF record and the key at `*` beside them are. Nothing is skipped on the word of a question
 * that failed, or where something is asked for that is not looked at here.
 */
export async function isLockedInDns(
  domain: DomainName,
  options: LockdownOptions,
  resolver: Resolver,
): Promise<boolean> {
  const { parts } = options;
  if (!isTold(options)) return false;
  if (parts.has('mx') && !options.keepsMx && !(await hasDeadMx(domain, options, resolver))) return false;
  const isNobody = (name: DomainName): Promise<boolean> =>
    hasOnlyText(name, resolver, isSpfText, (text) => text === SPF_NOBODY);
  if (parts.has('spf') && !(await isNobody(domain))) return false;
  if (parts.has('wildcard') && !(await isNobody(sampleBelow(domain)))) return false;
  if (parts.has('dmarc') && !(await hasWantedDmarc(domain, options, resolver))) return false;
  if (!parts.has('dkim')) return true;
  const selector = below('unsent-proof._domainkey', domain);
  return hasOnlyText(selector, resolver, isDkimText, isRevokedDkimText);
}

/** False where DNS cannot tell: it is not asked for CAA, and through a CNAME it shows the records of another name. */
function isTold({ parts, keepsMx, replaceCnamesAt }: LockdownOptions): boolean {
  if (parts.has('caa') || replaceCnamesAt.size > 0) return false;
  if (parts.has('spf')) return true;
  if (parts.has('hosts')) return false;
  return parts.has('wildcard') || parts.has('dmarc') || parts.has('dkim') || (parts.has('mx') && !keepsMx);
}

/** A name that only a record at `*` answers for. */
function sampleBelow(domain: DomainName): DomainName {
  return below('unsent-proof', domain);
}

async function hasDeadMx(domain: DomainName, options: LockdownOptions, resolver: Resolver): Promise<boolean> {
  const shown = await deadMx(domain, resolver);
  if (shown === null || (options.mx !== 'auto' && options.mx !== shown)) return false;
  if (!options.parts.has('wildcard')) return true;
  // At `*` stands a null MX or none: see `desiredMx`.
  const star = await resolver.resolve(sampleBelow(domain), 'MX');
  if (star.kind !== 'records') return shown === 'loopback' && star.kind !== 'failure';
  return shown === 'null' && star.data.length === 1 && star.data.every(({ exchange }) => exchange === '.');
}

/** Which MX of a domain without mail it is; null for any other. */
async function deadMx(domain: DomainName, resolver: Resolver): Promise<'null' | 'loopback' | null> {
  const answer = await resolver.resolve(domain, 'MX');
  const [only, more] = answer.kind === 'records' ? answer.data : [];
  if (only === undefined || more !== undefined) return null;
  if (only.exchange === '.') return 'null';
  const addresses = await resolver.resolve(only.exchange, 'A');
  const isLoopback = addresses.kind === 'records' && addresses.data.every((address) => address === '127.0.0.1');
  return isLoopback ? 'loopback' : null;
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

/** True if a plan would leave what stands at `_dmarc` as it is: the policy, and whom it asks to be told of what. */
async function hasWantedDmarc(domain: DomainName, options: LockdownOptions, resolver: Resolver): Promise<boolean> {
  const name = below('_dmarc', domain);
  const answer = await resolver.resolve(name, 'TXT');
  if (answer.kind !== 'records') return false;
  const records = answer.data.map((data, i) => ({
    ...{ id: String(i), name, type: 'TXT' as const, data, ttlSeconds: options.ttlSeconds },
    ...NO_META,
  }));
  const shown = snapshotOf(domain, 'dns', new Date(0), records);
  const { aims } = desiredRecords(shown, options, ANY_PROVIDER);
  const ofDmarc = { aims: aims.filter(({ owns }) => owns === 'dmarc'), notes: [] };
  return planLockdown(shown, ofDmarc, []).changes.length === 0;
}

/** What a provider can store makes no difference at `_dmarc`. */
const ANY_PROVIDER: ProviderCapabilities = {
  nullMx: true,
  comments: false,
  tags: false,
  ttlPerRecord: false,
  maxBatch: Number.MAX_SAFE_INTEGER,
};
