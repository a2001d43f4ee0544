import { domainToASCII } from 'node:url';

/** Lower case, A-labels, no trailing dot: `mail.example.com`. Made only by `parseDomainName`. */
export type DomainName = string & { readonly __brand: 'DomainName' };

const MAX_NAME_OCTETS = 253;
const MAX_LABEL_OCTETS = 63;
/** More UTF-16 units than any name that fits could need; keeps IDNA away from megabytes. */
const MAX_INPUT_LENGTH = 1024;

/**
 * Reads a domain name as DNS holds it (RFC 1035 §2.3.4): lower-cased, U-labels made A-labels, a trailing dot dropped.
 *
 * Returns null for what no query could ask: an empty label, a label over 63 octets, a name over 253, a control
 * character or a space. Underscores, `*` and other odd octets that DNS allows are kept. Never throws.
 */
export function parseDomainName(text: string): DomainName | null {
  const end = text.endsWith('.') ? text.length - 1 : text.length;
  if (end === 0 || end > MAX_INPUT_LENGTH) return null;
  let label = 0;
  let upper = false;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      if (label === 0) return null;
      label = 0;
    } else {
      if (code > 0x7f) return parseUnicodeName(text);
      if (code <= 0x20 || code === 0x7f) return null;
      if (code >= 0x41 && code <= 0x5a) upper = true;
      // A name with U-labels further on fails here too: its ASCII label is too long in any case.
      if (++label > MAX_LABEL_OCTETS) return null;
    }
  }
  if (label === 0 || end > MAX_NAME_OCTETS) return null;
  const name = end === text.length ? text : text.slice(0, end);
  return (upper ? name.toLowerCase() : name) as DomainName;
}

/** True if `name` is `parent` or lies below it; compares whole labels. */
export function isSubdomainOf(name: DomainName, parent: DomainName): boolean {
  return name === parent || (name.endsWith(parent) && name.charCodeAt(name.length - parent.length - 1) === 0x2e);
}

/** The name one label up, or null for a single label. */
export function parentOf(name: DomainName): DomainName | null {
  const dot = name.indexOf('.');
  return dot === -1 ? null : (name.slice(dot + 1) as DomainName);
}

/** RFC 8616 §4: U-labels are looked up as A-labels. The ideographic full stops separate labels too (RFC 3490 §3.1). */
function parseUnicodeName(text: string): DomainName | null {
  const labels = text.split(/[.\u3002\uff0e\uff61]/);
  if (labels.at(-1) === '') labels.pop();
  const ascii = labels.map(labelToAscii);
  return ascii.includes(null) ? null : parseDomainName(ascii.join('.'));
}

/** One label at a time, so that odd ASCII labels beside it stay as they are and nothing is taken for a URL or an IPv4. */
function labelToAscii(label: string): string | null {
  if (/^[\0-\x7f]*$/.test(label)) return label;
  if (/[^a-z0-9_\u0080-\uffff-]/i.test(label)) return null;
  const ascii = domainToASCII(`${label}.example`);
  if (!ascii.endsWith('.example')) return null;
  const converted = ascii.slice(0, -'.example'.length);
  // Some characters map to dots or to nothing: no label then.
  return converted === '' || converted.includes('.') ? null : converted;
}
