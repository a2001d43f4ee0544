import { contains, type IpPrefix, networkOf, PRIVATE_NETWORKS, parseIp, prefixText } from '@unsent/dns';
import type { Directive, NetworkMechanism, SpfRecord } from './ast.ts';
import { finding, type RuleFinding, removal } from './lint-finding.ts';
import { networkText } from './print.ts';

/** Shorter prefixes than these hold more hosts than one sender is likely to own. */
const WIDE = { ip4: 16, ip6: 32, nearHost4: 24, nearHost6: 64 } as const;

/** Everything about `ip4`, `ip6` and the prefix lengths of `a` and `mx`. */
export function networkRules(record: SpfRecord): readonly RuleFinding[] {
  const findings: RuleFinding[] = [];
  const earlier: { readonly network: IpPrefix; readonly term: string }[] = [];
  for (const directive of record.directives) {
    const { mechanism, span } = directive;
    const term = record.text.slice(span.start, span.end);
    if (mechanism.name === 'a' || mechanism.name === 'mx') {
      findings.push(...widthFindings(directive, term, mechanism.prefix4, mechanism.prefix6));
    }
    if (mechanism.name !== 'ip4' && mechanism.name !== 'ip6') continue;
    const isIp4 = mechanism.name === 'ip4';
    findings.push(...widthFindings(directive, term, isIp4 ? mechanism.prefix : 32, isIp4 ? 128 : mechanism.prefix));
    const network = prefixOf(mechanism);
    if (network === null) continue;
    findings.push(...addressFindings(directive, term, mechanism, network, earlier));
    if (!isMapped(mechanism)) earlier.push({ network, term });
  }
  return findings;
}

function addressFindings(
  { qualifier, span }: Directive,
  term: string,
  mechanism: NetworkMechanism,
  network: IpPrefix,
  earlier: readonly { readonly network: IpPrefix; readonly term: string }[],
): readonly RuleFinding[] {
  const sign = qualifier === '+' ? '' : qualifier;
  if (isMapped(mechanism)) {
    const message = `"${term}" never matches: an IPv4 client is compared with ip4 only`;
    // As ip4 it would let every host of the Internet pass: nobody meant that.
    const edits = network.length === 0 ? [] : [{ span, text: `${sign}ip4:${hostOrPrefix(network)}` }];
    return [finding('error', 'mapped-network', span, '5', message, ...edits)];
  }
  const findings: RuleFinding[] = [];
  const cover = earlier.find((one) => one.network.length < network.length && contains(one.network, network.address));
  if (cover !== undefined) {
    const message = `"${term}" can decide nothing: "${cover.term}" before it covers it`;
    findings.push(finding('advice', 'covered-term', span, '4.6.2', message, removal(span)));
  }
  const canonical = hostOrPrefix(network);
  if (parseIp(networkText(mechanism).split('/')[0] ?? '')?.text !== network.address.text) {
    const text = `${sign}${mechanism.name}:${canonical}`;
    const message = `"${term}" means the whole network ${canonical}; if one host is meant, leave the "/${network.length}" out`;
    findings.push(finding('advice', 'host-bits', span, '5.6', message, { span, text }));
  }
  if (PRIVATE_NETWORKS.some((one) => one.length <= network.length && contains(one, network.address))) {
    const message = `"${term}" is not routed on the Internet: no receiver elsewhere ever sees such a client`;
    findings.push(finding('advice', 'private-network', span, '5.6', message));
  }
  return findings;
}

function widthFindings(
  { mechanism, span }: Directive,
  term: string,
  length4: number,
  length6: number,
): readonly RuleFinding[] {
  const isNetwork = mechanism.name === 'ip4' || mechanism.name === 'ip6';
  const section = isNetwork ? '5.6' : mechanism.name === 'a' ? '5.3' : '5.4';
  if (length4 === 0 || length6 === 0) {
    const family = length4 === 0 ? 'IPv4' : 'IPv6';
    const message = `"${term}" covers every ${family} address there is`;
    return [finding('error', 'covers-everything', span, section, message)];
  }
  const isWide4 = length4 < (isNetwork ? WIDE.ip4 : WIDE.nearHost4);
  const isWide6 = length6 < (isNetwork ? WIDE.ip6 : WIDE.nearHost6);
  if (!isWide4 && !isWide6) return [];
  const size = isWide4 ? `${groupDigits(2 ** (32 - length4))} addresses` : `a whole /${length6}`;
  const message = `"${term}" lets ${size} send mail as this domain; is all of that yours?`;
  return [finding('advice', 'wide-network', span, section, message)];
}

/** The network a mechanism means, host bits cleared; IPv4-mapped ones as IPv4. Null where it holds more than those. */
function prefixOf(mechanism: NetworkMechanism): IpPrefix | null {
  const [address = ''] = networkText(mechanism).split('/');
  const ip = parseIp(address);
  if (ip === null) return null;
  const length = mechanism.name === 'ip6' && ip.family === 4 ? mechanism.prefix - 96 : mechanism.prefix;
  return length < 0 ? null : networkOf(ip, length);
}

function isMapped({ name, w0, w1, w2, prefix }: NetworkMechanism): boolean {
  return name === 'ip6' && w0 === 0 && w1 === 0 && w2 === 0xffff && prefix >= 96;
}

function hostOrPrefix(network: IpPrefix): string {
  return network.length === (network.address.family === 4 ? 32 : 128) ? network.address.text : prefixText(network);
}

function groupDigits(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
