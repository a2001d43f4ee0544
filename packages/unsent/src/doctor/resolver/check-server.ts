import { type DnsServer, type DomainName, dnsClient, formatDnsServer, parseDomainName } from '@unsent/dns';
import { bad, type Check, good } from '../check.ts';
import { askByTcp, type RawAnswer } from './ask.ts';

/** A scan asks thousands of questions; slower than this it is no pleasure. */
const SLOW_MS = 500;
const TYPE_DS = 43;
const TYPE_RRSIG = 46;
/** Its answer says nothing about the name. */
const ERROR_RCODES: ReadonlyMap<number, string> = new Map([
  [1, 'FORMERR'],
  [2, 'SERVFAIL'],
  [4, 'NOTIMP'],
  [5, 'REFUSED'],
]);

/** Does this resolver answer, in time, by TCP too, and does it hand signatures through? */
export async function checkServer(
  server: DnsServer,
  domains: readonly DomainName[],
  timeoutMs: number,
): Promise<readonly Check[]> {
  const [first = parseDomainName('localhost')] = domains;
  if (first === null || first === undefined) return [];
  const answers = await checkAnswer(server, first, domains.length > 0, timeoutMs);
  if (answers.state === 'failure') return [answers];
  const [soa, ...others] = await Promise.all([
    askByTcp(server, first, 'SOA', timeoutMs),
    ...domains.map((domain) => isStripped(server, domain, timeoutMs)),
  ]);
  if (typeof soa === 'string') return [answers, noTcp(server, soa)];
  return [answers, good('resolver-tcp', `${textOf(server)} answers by TCP too.`), checkSignatures(server, soa, others)];
}

async function checkAnswer(server: DnsServer, name: DomainName, isOurs: boolean, timeoutMs: number): Promise<Check> {
  const id = 'resolver';
  const client = dnsClient({ servers: [server], timeoutMs });
  const startedAt = performance.now();
  try {
    const answer = await client.resolve(name, isOurs ? 'MX' : 'A');
    const tookMs = Math.round(performance.now() - startedAt);
    if (answer.kind === 'failure') return noAnswer(server, name, answer.cause, answer.detail);
    const what = `${textOf(server)} answers within ${tookMs} ms.`;
    if (tookMs <= SLOW_MS) return good(id, what);
    return bad(id, 'warning', what, 'A resolver on this host (unbound) makes scans and policyd much faster.');
  } finally {
    client.close();
  }
}

function noAnswer(server: DnsServer, name: DomainName, cause: string, detail: string): Check {
  const id = 'resolver';
  if (cause === 'servfail') {
    const what = `${textOf(server)} could not look up ${name} (${detail}).`;
    return bad(id, 'failure', what, `Is ${name} delegated to name servers that answer? delv ${name} MX tells more.`);
  }
  const todo = 'Name one that answers: dns.servers in the configuration, or --dns HOST.';
  return bad(id, 'failure', `${textOf(server)} does not answer: ${detail}.`, todo);
}

function noTcp(server: DnsServer, why: string): Check {
  const what = `${textOf(server)} does not answer by TCP (${why}): long answers such as big SPF records are lost.`;
  return bad('resolver-tcp', 'failure', what, 'Open port 53 TCP to it, or name another resolver.');
}

/** 'unsigned' where there is nothing to strip. */
type Signature = 'signed' | 'stripped' | 'unsigned';

/** The parent says that the zone is signed (DS), and its SOA comes without a signature. */
async function isStripped(server: DnsServer, domain: DomainName, timeoutMs: number): Promise<Signature> {
  const ds = await askByTcp(server, domain, 'DS', timeoutMs);
  if (typeof ds === 'string' || !ds.answerTypes.includes(TYPE_DS)) return 'unsigned';
  const soa = await askByTcp(server, domain, 'SOA', timeoutMs);
  if (typeof soa === 'string' || soa.answerTypes.length === 0) return 'unsigned';
  return soa.answerTypes.includes(TYPE_RRSIG) ? 'signed' : 'stripped';
}

function checkSignatures(server: DnsServer, soa: RawAnswer, signatures: readonly Signature[]): Check {
  const id = 'resolver-dnssec';
  const todo = 'Let it hand DNSSEC through (dnsmasq: proxy-dnssec), or name another resolver.';
  const error = ERROR_RCODES.get(soa.rcode);
  if (error !== undefined) {
    return bad(id, 'warning', `${textOf(server)} answers ${error} when it is asked for signatures.`, todo);
  }
  if (!soa.hasEdns) {
    return bad(id, 'warning', `${textOf(server)} does not speak EDNS (RFC 6891), so it strips DNSSEC.`, todo);
  }
  if (signatures.includes('stripped')) {
    return bad(id, 'warning', `${textOf(server)} strips DNSSEC signatures from zones that have them.`, todo);
  }
  if (signatures.includes('signed')) return good(id, `${textOf(server)} hands DNSSEC signatures through.`);
  return good(id, `${textOf(server)} speaks EDNS; none of your zones that were asked for is signed.`);
}

function textOf(server: DnsServer): string {
  return `Resolver ${formatDnsServer(server).replace(/^([^[].*):53$/, '$1')}`;
}
