import type { DomainName } from '@unsent/dns';
import { DOT } from './chars.ts';

const MAX_NAME_OCTETS = 253;
const MAX_LABEL_OCTETS = 63;

/**
 * The name if DNS can be asked for it: ASCII, no empty label, no label over 63 octets, 253 in all; otherwise null.
 *
 * `text` is lower case. One dot at the end is dropped. Spaces are allowed, as `%_` can put them into a name
 * (RFC 7208 §7.1), which is why this is not `parseDomainName`.
 */
export function queryName(text: string): DomainName | null {
  const length = text.charCodeAt(text.length - 1) === DOT ? text.length - 1 : text.length;
  if (length === 0 || length > MAX_NAME_OCTETS) return null;
  let labelStart = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (i === labelStart || i - labelStart > MAX_LABEL_OCTETS) return null;
      labelStart = i + 1;
    } else if (code < 0x20 || code > 0x7e) {
      return null;
    }
  }
  if (length === labelStart || length - labelStart > MAX_LABEL_OCTETS) return null;
  return (length === text.length ? text : text.slice(0, length)) as DomainName;
}
