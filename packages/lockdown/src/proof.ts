import { type DnsRecord, type DomainName, parseIp, type Resolver, zoneResolver } from '@unsent/dns';
import { checkHost, type SpfResult } from '@unsent/spf';
import type { ChangePlan } from './change.ts';
import { below } from './facts.ts';
import { isSpfText } from './kinds.ts';
import { isModelled, txtOf, type WantedRecord } from './zone.ts';

/** One question put to `checkHost` and its result. */
export type ProofLine = { readonly domain: DomainName; readonly client: string; readonly result: SpfResult };

/** What the planned, or the real, zone says about hosts that nobody allowed. */
export type Proof = { readonly lines: readonly ProofLine[]; readonly holds: boolean };

/** One host of each family, from the documentation prefixes: no record can have meant them. */
export const SAMPLE_CLIENTS: readonly string[] = ['198.51.100.7', '2001:db8::7'];

/** A name below the zone that does not exist, so that the wildcard answers for it. */
const SAMPLE_LABEL = 'unsent-proof';

/**
 * Runs `checkHost` over the zone as it will be, for every name whose SPF record the plan leaves as `-all`.
 *
 * Holds when every result is `fail`. A plan without such a name proves nothing and holds.
 */
export async function provePlan(plan: ChangePlan, now: Date): Promise<Proof> {
  return proveNames(lockedNames(plan), zoneResolver(modelledRecords(plan.after)), now);
}

/** The same over any resolver: an authoritative server, say. */
export async function proveNames(names: readonly DomainName[], resolver: Resolver, now: Date): Promise<Proof> {
  const lines: ProofLine[] = [];
  for (const domain of names) {
    for (const client of SAMPLE_CLIENTS)
      lines.push({ domain, client, result: await spfResult(domain, client, resolver, now) });
  }
  return { lines, holds: lines.every(({ result }) => result === 'fail') };
}

/** Names that the plan leaves with a bare `-all`: apex first, a sample name for the wildcard, then hosts. */
export function lockedNames(plan: ChangePlan): readonly DomainName[] {
  const star = below('*', plan.zone);
  const names = plan.after
    .filter((record) => isNobody(record))
    .map(({ name }) => (name === star ? below(SAMPLE_LABEL, plan.zone) : name));
  return [...new Set(names)].sort((a, b) => Number(b === plan.zone) - Number(a === plan.zone) || (a < b ? -1 : 1));
}

/** The records `zoneResolver` understands. */
export function modelledRecords(records: readonly WantedRecord[]): readonly DnsRecord[] {
  return records.filter((record) => isModelled(record));
}

function isNobody(record: WantedRecord): boolean {
  const text = txtOf(record);
  return text !== null && isSpfText(text) && /^v=spf1 +-all *$/i.test(text);
}

async function spfResult(domain: DomainName, client: string, resolver: Resolver, now: Date): Promise<SpfResult> {
  const ip = parseIp(client);
  if (ip === null) throw new RangeError(`no address: ${client}`);
  const query = { ip, domain, sender: `postmaster@${domain}`, helo: domain, receiver: '', now };
  return (await checkHost(query, resolver)).result;
}
