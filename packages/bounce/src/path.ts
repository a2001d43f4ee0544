import { type IpAddress, type IpPrefix, isPrivate, parseDomainName, type Resolver } from '@unsent/dns';
import { checkHost, matchedTerm, type SpfOutcome } from '@unsent/spf';
import type { CaseSubject, PathFacts, PathHop } from './case.ts';
import { injectingAddress } from './original-injector.ts';
import { placeOf } from './outbound.ts';
import type { BounceReport, OriginalMessage, ReceivedHop } from './report.ts';
import { isSameSite, isSiteListAwaited, loadSiteList } from './site.ts';

export type PathQuestion = {
  readonly report: BounceReport;
  /** The Received lines of the report itself: who brought it to us. */
  readonly received: readonly ReceivedHop[];
  /** The networks that we send from. */
  readonly networks: readonly IpPrefix[];
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
  const facts = await pathOf(question, resolver);
  if (!isSiteListAwaited()) return facts;
  await loadSiteList();
  return pathOf(question, resolver);
}

async function pathOf(question: PathQuestion, resolver: Resolver): Promise<PathFacts | null> {
  const { original, report } = question;
  if (original.injectedBy === null || isPrivate(original.injectedBy)) return null;
  const at = original.receivedChain.findIndex((hop) => hop.ip?.text === original.injectedBy?.text);
  const first = original.receivedChain[at] ?? null;
  const check = (hop: ClientHop): Promise<PathHop> => checkHop(hop, question, resolver);
  if (first?.isAuthenticated === true) return submissionPath(first, question, check);
  const lines = original.receivedChain.slice(Math.max(at, 0));
  const { joined, rest } = await splitAtBreak(lines.slice(0, MAX_LINES), resolver);
  const below = await checkAll(joined.slice(1), check);
  const isAllSeen = !below.isCut && (rest.length > 0 || lines.length <= MAX_LINES);
  return {
    injection: await check({ ip: original.injectedBy, hop: first }),
    isSubmission: false,
    isSeenByReporter: isReportersHost(first, report),
    below: below.hops,
    unjoined: (await checkAll(rest, check)).hops.find(isOurs) ?? null,
    isNamedOnly: first === null,
    isWhole: original.completeness !== 'fragment' && first !== null && isAllSeen,
  };
}

/**
 * A user logged in at the reporter and sent from wherever he was: SPF is not about him but about the reporter's host.
 * Its address is the one that brought us the report; without that nothing is known.
 */
async function submissionPath(
  first: ReceivedHop,
  { received, report }: PathQuestion,
  check: (hop: ClientHop) => Promise<PathHop>,
): Promise<PathFacts | null> {
  const ip = injectingAddress(received);
  if (ip === null) return null;
  const hop = received.find((one) => one.ip?.text === ip.text) ?? null;
  return {
    injection: await check({ ip, hop }),
    isSubmission: true,
    isSeenByReporter: isReportersHost(first, report),
    below: [],
    unjoined: null,
    isNamedOnly: false,
    isWhole: true,
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
  if (isNamedAlike(upper, by)) return true;
  return resolvesTo(by, upper.ip, resolver);
}

function isNamedAlike({ fromName, helo }: ReceivedHop, by: string): boolean {
  return [fromName, helo].some((name) => name !== null && isSameSite(name, by));
}

async function resolvesTo(host: string, ip: IpAddress, resolver: Resolver): Promise<boolean> {
  const name = parseDomainName(host);
  if (name === null || !name.includes('.')) return false;
  const answer = await resolver.resolve(name, ip.family === 4 ? 'A' : 'AAAA');
  return answer.kind === 'records' && answer.data.includes(ip.text);
}

function isReportersHost(hop: ReceivedHop | null, report: BounceReport): boolean {
  return hop !== null && hop.by !== null && report.reportedBy !== null && isSameSite(report.reportedBy, hop.by);
}

async function checkHop({ ip, hop }: ClientHop, question: PathQuestion, resolver: Resolver): Promise<PathHop> {
  const { domain, address } = question.subject;
  const outbound = placeOf(ip, question.networks);
  const name = hop?.fromName ?? hop?.helo ?? null;
  if (!question.isSpfTelling || domain === null) return { ip, name, spf: null, spfTerm: null, outbound };
  const sender = address ?? `postmaster@${domain}`;
  const query = { ip, domain, sender, helo: hop?.helo ?? '', receiver: '', now: question.now };
  const outcome = await checkHost(query, resolver);
  return { ip, name, spf: outcome.result, spfTerm: termOf(outcome), outbound };
}

function termOf(outcome: SpfOutcome): string | null {
  return 'matched' in outcome && outcome.matched !== null ? matchedTerm(outcome.matched) : null;
}
