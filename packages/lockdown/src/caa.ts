/** A CAA record's parts (RFC 8659 §4.1). */
export type CaaParts = { readonly flags: number; readonly tag: string; readonly value: string };

/** Reads `0 issue "ca.example"`; null when it is not of that form. The tag is compared without case (§4.1): here it is lower. */
export function parseCaa(text: string): CaaParts | null {
  const parts = readCaa(text);
  return parts === null ? null : { ...parts, tag: parts.tag.toLowerCase() };
}

/** `0 issue "ca.example"`: the one form in which this package compares CAA records. */
export function formatCaa({ flags, tag, value }: CaaParts): string {
  return `${flags} ${tag} "${value.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}

/**
 * The record data as it goes over the wire (RFC 8659 §4.1); null when `text` is no CAA data.
 *
 * The tag keeps its case: a server compares octets when it is asked whether the record is still there.
 */
export function caaOctets(text: string): Uint8Array | null {
  const parts = readCaa(text);
  if (parts === null) return null;
  return Buffer.concat([Buffer.from([parts.flags, parts.tag.length]), Buffer.from(parts.tag + parts.value, 'latin1')]);
}

function readCaa(text: string): CaaParts | null {
  const match = /^(\d{1,3})\s+([a-z0-9]+)\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))$/i.exec(text.trim());
  if (match === null) return null;
  const [, flags = '', tag = '', quoted, bare = ''] = match;
  const value = (quoted ?? bare).replace(/\\(\d{3}|.)/g, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped,
  );
  return Number(flags) > 255 ? null : { flags: Number(flags), tag, value };
}
