import {
  contains,
  type IpAddress,
  type IpPrefix,
  networkOf,
  parseDomainName,
  parseIp,
  type Resolver,
} from '@unsent/dns';
import { checkHost, matchedTerm, type SpfOutcome } from '@unsent/spf';
import type { CaseSubject, PathFacts, PathHop } from './case.ts';
import { isPrivate, siteOf } from './original-injector.ts';
import type { BounceReport, OriginalMessage, ReceivedHop } from './report.ts';

export type PathQuestion = {
  readonly report: BounceReport;
  readonly original: OriginalMessage;
  readonly subject: CaseSubject;
  /** False when the record is known to be younger than the message: then SPF proves nothing. */
  readonly isSpfTelling: boolean;
  readonly now: Date;
};

/** Addresses of one path that SPF is asked about, and lines that are looked at: a forger must not buy lookups. */
const MAX_HOPS_CHECKED = 4;
const MAX_LINES = 16;

/** How the returned message came to the reporter; null when no address handed it over. */
export async function gatherPath(question: PathQuestion, resolver: Resolver): Promise<PathFacts | null> {
  const { original, report } = question;
  if (original.injectedBy === null || isPrivate(original.injectedBy)) return null;
  const outbound = await outboundNetworks(question.subject, resolver);
  const check = (hop: ClientHop): Promise<PathHop> => checkHop(hop, question, outbound, resolver);
  const at = original.receivedChain.findIndex((hop) => hop.ip?.text === original.injectedBy?.text);
  const first = original.receivedChain[at] ?? null;
  const lines = original.receivedChain.slice(Math.max(at, 0));
  const { joined, rest } = await splitAtBreak(lines.slice(0, MAX_LINES), resolver);
  const below = await checkAll(joined.slice(1), check);
  const isAllSeen = !below.isCut && (rest.length > 0 || lines.length <= MAX_LINES);
  return {
    injection: await check({ ip: original.injectedBy, hop: first }),
    isSeenByReporter: first !== null && first.by !== null && isReportersHost(first.by, report),
    below: below.hops,
    unjoined: (await checkAll(rest, check)).hops.find(isOurs) ?? null,
    isNamedOnly: first === null,
    isWhole: original.completeness !== 'fragment' && first !== null && isAllSeen,
  };
}

/** True if the hop is a host of ours or one that our SPF record lets send. */
export function isOurs(hop: PathHop): boolean {
  return hop.outbound !== null || hop.spf === 'pass';
}

/**
 * The hop that the message came from, as far as can be said: our own host where a forwarder's lines join up to it,
 * else the host that handed the message to the reporter. Null when no address is known.
 */
export function originOf(path: PathFacts | null): PathHop | null {
  return path === null ? null : (path.below.find(isOurs) ?? path.injection);
}

type ClientHop = { readonly ip: IpAddress; readonly hop: ReceivedHop | null };

/** Checks hops downwards until one is ours; `isCut` when there were more than may be asked about. */
async function checkAll(
  lines: readonly ReceivedHop[],
  check: (hop: ClientHop) => Promise<PathHop>,
): Promise<{ readonly hops: readonly PathHop[]; readonly isCut: boolean }> {
  const hops: PathHop[] = [];
  for (const hop of lines) {
    if (hop.ip === null || isPrivate(hop.ip)) continue;
    if (hops.length >= MAX_HOPS_CHECKED) return { hops, isCut: true };
    const one = await check({ ip: hop.ip, hop });
    hops.push(one);
    // What lies below a host of ours is its own affair.
    if (isOurs(one)) break;
  }
  return { hops, isCut: false };
}

type Split = { readonly joined: readonly ReceivedHop[]; readonly rest: readonly ReceivedHop[] };

/**
 * Parts the lines that join, each to the one above it, from those below the first break.
 *
 * A line that a real forwarder wrote says "by" the host that the line above says "from". A forged line below a
 * spammer's does not, unless the forger took care; that is why a joined line is weak evidence and no more.
 */
async function splitAtBreak(chain: readonly ReceivedHop[], resolver: Resolver): Promise<Split> {
  let upper = chain[0] ?? null;
  for (const [at, hop] of chain.entries()) {
    // "(qmail 1 invoked by uid 1)" and the like name nobody: they neither join nor break.
    if (hop === upper || upper === null || hop.by === null) continue;
    if (!(await isJoined(upper, hop.by, resolver))) return { joined: chain.slice(0, at), rest: chain.slice(at) };
    if (hop.ip !== null || hop.helo !== null) upper = hop;
  }
  return { joined: chain, rest: [] };
}

async function isJoined(upper: ReceivedHop, by: string, resolver: Resolver): Promise<boolean> {
  // Names inside a network are anybody's guess, and a line without names cannot be compared: in doubt it joins.
  if (upper.ip === null || isPrivate(upper.ip)) return true;
  if (upper.helo === null && upper.fromName === null) return true;
  if (isSameHost(upper.fromName, by) || isSameHost(upper.helo, by)) return true;
  return resolvesTo(by, upper.ip, resolver);
}

/** True if two host names are one, or two hosts of one site. */
function isSameHost(name: string | null, other: string): boolean {
  if (name === null) return false;
  if (name.toLowerCase() === other.toLowerCase()) return true;
  const site = siteOf(name);
  return site !== null && site === siteOf(other);
}

async function resolvesTo(host: string, ip: IpAddress, resolver: Resolver): Promise<boolean> {
  const name = parseDomainName(host);
  if (name === null || !name.includes('.')) return false;
  const answer = await resolver.resolve(name, ip.family === 4 ? 'A' : 'AAAA');
  return answer.kind === 'records' && answer.data.includes(ip.text);
}

function isReportersHost(by: string, report: BounceReport): boolean {
  return report.reportedBy !== null && isSameHost(report.reportedBy, by);
}

async function checkHop(
  { ip, hop }: ClientHop,
  question: PathQuestion,
  outbound: readonly OutboundNetwork[],
  resolver: Resolver,
): Promise<PathHop> {
  const { domain, address } = question.subject;
  const within = outbound.filter(({ network }) => contains(network, ip));
  const isHost = within.some(({ network }) => network.length === (ip.family === 4 ? 32 : 128));
  const placed = within.length === 0 ? null : isHost ? 'host' : 'network';
  const name = hop?.fromName ?? hop?.helo ?? null;
  if (!question.isSpfTelling || domain === null) return { ip, name, spf: null, spfTerm: null, outbound: placed };
  const sender = address ?? `postmaster@${domain}`;
  const query = { ip, domain, sender, helo: hop?.helo ?? '', receiver: '', now: question.now };
  const outcome = await checkHost(query, resolver);
  return { ip, name, spf: outcome.result, spfTerm: termOf(outcome), outbound: placed };
}

function termOf(outcome: SpfOutcome): string | null {
  return 'matched' in outcome && outcome.matched !== null ? matchedTerm(outcome.matched) : null;
}

type OutboundNetwork = { readonly network: IpPrefix };

async function outboundNetworks(subject: CaseSubject, resolver: Resolver): Promise<readonly OutboundNetwork[]> {
  const networks: OutboundNetwork[] = [];
  for (const one of subject.own?.outbound ?? []) {
    if (typeof one !== 'string') networks.push({ network: one });
    else {
      for (const type of ['A', 'AAAA'] as const) {
        const answer = await resolver.resolve(one, type);
        if (answer.kind === 'records') networks.push(...answer.data.flatMap(hostNetwork));
      }
    }
  }
  return networks;
}

function hostNetwork(text: string): OutboundNetwork[] {
  const ip = parseIp(text);
  return ip === null ? [] : [{ network: networkOf(ip, ip.family === 4 ? 32 : 128) }];
}
