/** Lower case, A-labels, no trailing dot: `mail.example.com`. Made only by `parseDomainName`. */
export type DomainName = string & { readonly __brand: 'DomainName' };

const MAX_NAME_OCTETS = 253;
const MAX_LABEL_OCTETS = 63;

/**
 * Reads a domain name as DNS holds it (RFC 1035 §2.3.4): lower-cased, U-labels made A-labels, a trailing dot dropped.
 *
 * Returns null for what no query could ask: an empty label, a label over 63 octets, a name over 253, a control
 * character or a space. Underscores and other odd octets that DNS allows are kept. Never throws.
 */
export function parseDomainName(text: string): DomainName | null {
  const dotted = text.endsWith('.') ? text.slice(0, -1) : text;
  const ascii = isAscii(dotted) ? dotted.toLowerCase() : toAscii(dotted);
  if (ascii === null || ascii.length === 0 || ascii.length > MAX_NAME_OCTETS) return null;
  return labelsAreValid(ascii) ? (ascii as DomainName) : null;
}

/** True if `name` is `parent` or lies below it; compares whole labels. */
export function isSubdomainOf(name: DomainName, parent: DomainName): boolean {
  return name === parent || name.endsWith(`.${parent}`);
}

/** The name one label up, or null for a single label. */
export function parentOf(name: DomainName): DomainName | null {
  const dot = name.indexOf('.');
  return dot === -1 ? null : (name.slice(dot + 1) as DomainName);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** RFC 8616 §4: U-labels are looked up as A-labels. Returns null when the URL host parser refuses the name. */
function toAscii(text: string): string | null {
  try {
    // An underscore label is no valid host for some IDNA profiles, but the WHATWG one lets it through.
    const host = new URL(`http://${text}/`).hostname;
    return host.includes('%') || host.startsWith('[') ? null : host;
  } catch {
    return null;
  }
}

function labelsAreValid(name: string): boolean {
  let labelLength = 0;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === 0x2e) {
      if (labelLength === 0) return false;
      labelLength = 0;
    } else {
      if (code <= 0x20 || code === 0x7f || ++labelLength > MAX_LABEL_OCTETS) return false;
    }
  }
  return labelLength > 0;
}
