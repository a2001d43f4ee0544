/** Tags in order of appearance. Names are case-sensitive (RFC 6376 §3.2). */
export type TagList = ReadonlyMap<string, string>;

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * Reads `tag=value; tag=value` (RFC 6376 §3.2). White space around names and values is dropped, inside values kept.
 *
 * Returns null where the list is malformed: a part without "=", a bad name, or a tag given twice, which makes the
 * whole list invalid.
 */
export function parseTags(text: string): TagList | null {
  const tags = new Map<string, string>();
  const parts = text.split(';');
  // One ";" may close the list.
  if (parts.at(-1)?.trim() === '') parts.pop();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (equals === -1 || !NAME.test(name) || tags.has(name)) return null;
    tags.set(name, part.slice(equals + 1).trim());
  }
  return tags;
}

/** A value with every white space taken out: base64, numbers and lists are folded anywhere. */
export function compact(value: string): string {
  return value.replace(/[ \t\r\n]+/g, '');
}

/** Base64 with white space anywhere (RFC 6376 §3.2 `base64string`); null for anything else, and for nothing. */
export function decodeBase64(value: string): Buffer | null {
  const text = compact(value);
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1
    ? Buffer.from(text, 'base64')
    : null;
}
