import type { Answer, DomainName, Resolver, RrType } from '@unsent/dns';
import type { LookupTerm, TargetAnswer, VoidCount } from './lookup-tree.ts';

/** RFC 7208 §4.6.4. */
const MAX_MX = 10;

export function noVoids(): VoidCount {
  return { ipv4: 0, ipv6: 0 };
}

/** Asks what a check would ask about the target of a term; null for terms that ask nothing that is known beforehand. */
export async function askTarget(
  name: LookupTerm['name'],
  target: DomainName,
  resolver: Resolver,
  signal: AbortSignal | undefined,
): Promise<TargetAnswer | null> {
  switch (name) {
    case 'a':
      return askAddresses(target, resolver, signal);
    case 'mx':
      return askMx(target, resolver, signal);
    case 'exists':
      return askExists(target, resolver, signal);
    default:
      return null;
  }
}

// RFC 7208 §5.3: an IPv4 client asks for A, an IPv6 client for AAAA.
async function askAddresses(target: DomainName, resolver: Resolver, signal?: AbortSignal): Promise<TargetAnswer> {
  const [answer4, answer6] = await askBoth(target, resolver, signal);
  const failed = [answer4, answer6].find((answer) => answer.kind === 'failure');
  if (failed !== undefined) return failure(failed.detail);
  const voids = { ipv4: isVoid(answer4) ? 1 : 0, ipv6: isVoid(answer6) ? 1 : 0 };
  const count = countOf(answer4) + countOf(answer6);
  if (count > 0) return { kind: 'found', text: plural(count, 'address', 'addresses'), voids };
  return empty(answer4, 'no address', voids);
}

async function askBoth(
  name: DomainName,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<readonly [Answer<'A'>, Answer<'AAAA'>]> {
  return [await resolver.resolve(name, 'A', signal), await resolver.resolve(name, 'AAAA', signal)];
}

async function askMx(target: DomainName, resolver: Resolver, signal?: AbortSignal): Promise<TargetAnswer> {
  const answer = await resolver.resolve(target, 'MX', signal);
  if (answer.kind === 'failure') return failure(answer.detail);
  if (answer.kind !== 'records') return empty(answer, 'no MX', { ipv4: 1, ipv6: 1 });
  const voids = noVoids();
  const hosts = answer.data.flatMap(({ exchange }) => (exchange === '.' ? [] : [exchange]));
  if (hosts.length === 0) return { kind: 'no-host', text: 'null MX: no host', voids };
  if (answer.data.length > MAX_MX) {
    return { kind: 'too-many-mx', text: `${answer.data.length} MX hosts, ${MAX_MX} are allowed`, voids };
  }
  let addresses = 0;
  for (const host of hosts) {
    // RFC 7208 §4.6.4 counts terms: the addresses of MX hosts are never void lookups.
    const answers = await askBoth(host, resolver, signal);
    const failed = answers.find((answer) => answer.kind === 'failure');
    if (failed !== undefined) return failure(`${host}: ${failed.detail}`);
    addresses += countOf(answers[0]) + countOf(answers[1]);
  }
  const text = `${plural(hosts.length, 'MX host')}, ${plural(addresses, 'address', 'addresses')}`;
  return { kind: addresses === 0 ? 'no-host' : 'found', text, voids };
}

// RFC 7208 §5.7: an A record, for clients of either family.
async function askExists(target: DomainName, resolver: Resolver, signal?: AbortSignal): Promise<TargetAnswer> {
  const answer = await resolver.resolve(target, 'A', signal);
  if (answer.kind === 'failure') return failure(answer.detail);
  if (answer.kind === 'records') return { kind: 'found', text: 'exists', voids: noVoids() };
  return empty(answer, 'no IPv4 address', { ipv4: 1, ipv6: 1 });
}

function failure(detail: string): TargetAnswer {
  return { kind: 'failure', text: detail, voids: noVoids() };
}

function empty(answer: Answer<RrType>, text: string, voids: VoidCount): TargetAnswer {
  return answer.kind === 'nxdomain'
    ? { kind: 'no-such-name', text: 'no such name', voids }
    : { kind: 'empty', text, voids };
}

function isVoid(answer: Answer<RrType>): boolean {
  return answer.kind === 'nodata' || answer.kind === 'nxdomain';
}

function countOf(answer: Answer<RrType>): number {
  return answer.kind === 'records' ? answer.data.length : 0;
}

function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
