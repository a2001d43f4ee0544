import { ip6Text, quadText } from '@unsent/dns';
import type { DomainSpec, MacroPart, MacroString, Mechanism, NetworkMechanism, SpfRecord } from './ast.ts';

/**
 * Writes a record as canonical text: one space between terms, names in lower case, no `+`, no needless prefix length.
 *
 * `redirect`, `exp` and unknown modifiers follow the directives. Reading the text again gives the same record but for
 * `text` and spans.
 */
export function printSpf(record: SpfRecord): string {
  const terms = record.directives.map(
    ({ qualifier, mechanism }) => `${qualifier === '+' ? '' : qualifier}${printMechanism(mechanism)}`,
  );
  if (record.redirect !== null) terms.push(`redirect=${printDomainSpec(record.redirect.domain)}`);
  if (record.exp !== null) terms.push(`exp=${printDomainSpec(record.exp.domain)}`);
  for (const { name, value } of record.unknownModifiers) terms.push(`${name}=${printMacroString(value)}`);
  return ['v=spf1', ...terms].join(' ');
}

/** Writes one mechanism without a qualifier: `mx:example.com/24//64`. */
export function printMechanism(mechanism: Mechanism): string {
  switch (mechanism.name) {
    case 'all':
      return 'all';
    case 'include':
    case 'exists':
      return `${mechanism.name}:${printDomainSpec(mechanism.domain)}`;
    case 'ptr':
      return `ptr${printOptionalDomain(mechanism.domain)}`;
    case 'a':
    case 'mx': {
      const prefix4 = mechanism.prefix4 === 32 ? '' : `/${mechanism.prefix4}`;
      const prefix6 = mechanism.prefix6 === 128 ? '' : `//${mechanism.prefix6}`;
      return `${mechanism.name}${printOptionalDomain(mechanism.domain)}${prefix4}${prefix6}`;
    }
    case 'ip4':
    case 'ip6':
      return `${mechanism.name}:${networkText(mechanism)}`;
  }
}

/** The address and, unless it is a single host, the prefix length: `192.0.2.0/24`, `2001:db8::1`. */
export function networkText(network: NetworkMechanism): string {
  if (network.name === 'ip4') return withPrefix(quadText(network.w0), network.prefix, 32);
  return withPrefix(ip6Text(network.w0, network.w1, network.w2, network.w3), network.prefix, 128);
}

/** Writes a macro-string; `%`, a space and `%20` become the escapes that stand for them. */
export function printMacroString(parts: MacroString): string {
  return parts.map(printPart).join('');
}

function printDomainSpec(spec: DomainSpec): string {
  return printMacroString(spec.parts);
}

function printOptionalDomain(domain: DomainSpec | null): string {
  return domain === null ? '' : `:${printDomainSpec(domain)}`;
}

function printPart(part: MacroPart): string {
  if (part.kind === 'text') {
    // `%20` first: it is what `%-` stands for (RFC 7208 §7.2).
    const pieces = part.text.split('%20').map((piece) => piece.replaceAll('%', '%%').replaceAll(' ', '%_'));
    return pieces.join('%-');
  }
  const letter = part.urlEscape ? part.letter.toUpperCase() : part.letter;
  return `%{${letter}${part.keep ?? ''}${part.reverse ? 'r' : ''}${part.delimiters}}`;
}

function withPrefix(address: string, prefix: number, full: number): string {
  return prefix === full ? address : `${address}/${prefix}`;
}
