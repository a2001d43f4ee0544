import { type DomainName, type IpPrefix, parseDomainName, parsePrefix, prefixText } from '@unsent/dns';
import { mergeNetworks } from './build-networks.ts';
import { lintRecord, type RecordLint } from './lint.ts';

/** Who sends mail for a domain. */
export type Senders = {
  /** Addresses and networks, IPv4 and IPv6 mixed. */
  readonly ip: readonly string[];
  /** Providers that publish a record to include: `_spf.example.net`. */
  readonly include: readonly string[];
  /** The addresses of the domain itself. */
  readonly a: boolean;
  /** The domain's own MX hosts. */
  readonly mx: boolean;
  /** `-all` instead of `~all`: only when everybody who sends is known. */
  readonly strict: boolean;
};

export type BuiltRecord =
  | { readonly kind: 'record'; readonly text: string; readonly strings: readonly string[]; readonly lint: RecordLint }
  | { readonly kind: 'invalid'; readonly value: string; readonly why: string };

const MAX_STRING_LENGTH = 255;

/**
 * Writes the SPF record of a domain that sends: networks merged, no term twice, cheap terms first.
 *
 * The order costs receivers least: what needs no lookup stands first. Without any sender the record is `v=spf1 -all`.
 * `strings` are the character-strings of the TXT record (RFC 7208 §3.3).
 */
export function buildRecord(senders: Senders): BuiltRecord {
  const networks: IpPrefix[] = [];
  for (const value of senders.ip) {
    const network = parsePrefix(value.trim());
    if (network === null) return { kind: 'invalid', value, why: 'is no IP address or network' };
    if (network.length === 0) return { kind: 'invalid', value, why: 'would let every host of the Internet send' };
    networks.push(network);
  }
  const includes: DomainName[] = [];
  for (const value of senders.include) {
    const name = parseDomainName(value.trim());
    if (name?.includes('.') !== true) return { kind: 'invalid', value, why: 'is no domain name' };
    includes.push(name);
  }
  const terms = [
    ...mergeNetworks(networks).map(networkTerm),
    ...(senders.a ? ['a'] : []),
    ...(senders.mx ? ['mx'] : []),
    ...[...new Set(includes)].map((name) => `include:${name}`),
  ];
  const all = senders.strict || terms.length === 0 ? '-all' : '~all';
  const text = ['v=spf1', ...terms, all].join(' ');
  return { kind: 'record', text, strings: splitText(text), lint: lintRecord(text) };
}

/** Cuts a record between terms, each string no longer than TXT allows. The space stays at the end of its string. */
export function splitText(text: string): readonly string[] {
  const strings: string[] = [];
  let rest = text;
  while (rest.length > MAX_STRING_LENGTH) {
    const space = rest.lastIndexOf(' ', MAX_STRING_LENGTH - 1);
    const end = space <= 0 ? MAX_STRING_LENGTH : space + 1;
    strings.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...strings, rest];
}

function networkTerm(network: IpPrefix): string {
  const { family, text } = network.address;
  const isHost = network.length === (family === 4 ? 32 : 128);
  return `ip${family}:${isHost ? text : prefixText(network)}`;
}
