import { txtOf, type WantedRecord } from './zone.ts';

/** Which of the records at a name and type an aim may replace or remove. */
export type Ownership = 'all' | 'spf' | 'dmarc' | 'dkim' | 'caa-issue';

/** The whole SPF record of a name that sends no mail (RFC 7208 §10.1.2). */
export const SPF_NOBODY = 'v=spf1 -all';

/** `v=spf1` alone or before a space, in any case (RFC 7208 §4.5). */
export function isSpfText(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/** `v=DMARC1` as the first tag (RFC 9989 §4.7). */
export function isDmarcText(text: string): boolean {
  return /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text);
}

/** A DKIM key record (RFC 6376 §3.6.1): it has a `p=` tag, empty when the key is revoked, and no version but DKIM1. */
export function isDkimText(text: string): boolean {
  return dkimKeyOf(text) !== null;
}

/** A key record with an empty `p=`: the selector is revoked (RFC 6376 §3.6.1). */
export function isRevokedDkimText(text: string): boolean {
  return dkimKeyOf(text) === '';
}

/** RFC 6376 §3.6.1: a record with another version is discarded, as a policy that a wildcard hands out there. */
function dkimKeyOf(text: string): string | null {
  const tags = parseTags(text);
  return (tags.get('v') ?? 'DKIM1') === 'DKIM1' ? (tags.get('p') ?? null) : null;
}

/** `tag=value; tag=value` (RFC 6376 §3.2; DMARC uses the same). What is no pair is skipped; the first of a name wins. */
export function parseTags(text: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals === -1) continue;
    const name = part.slice(0, equals).trim();
    if (!tags.has(name)) tags.set(name, part.slice(equals + 1).trim());
  }
  return tags;
}

/** True if `record`, found at an aim's name and type, is one the aim may change. */
export function isOwned(record: WantedRecord, owns: Ownership): boolean {
  const text = txtOf(record);
  switch (owns) {
    case 'all':
      return true;
    case 'spf':
      return text !== null && isSpfText(text);
    case 'dmarc':
      return text !== null && isDmarcText(text);
    case 'dkim':
      return text !== null && isDkimText(text);
    case 'caa-issue':
      // iodef says where to complain about a request; it forbids nothing and stays (RFC 8659 §4.4).
      return 'text' in record && /^\d+\s+issue(?:wild)?\s/i.test(record.text);
  }
}
