/** RFC 6376 §3.4. */
export type Canonicalization = 'simple' | 'relaxed';

/** One header field as it came, folds included, without its last line end. Bytes are chars 0–255. */
export type RawField = { readonly name: string; readonly text: string };

/**
 * Splits a header block (one byte per char) into fields, topmost first. Line ends become CRLF, as they were on the
 * wire; lines that are no field (an mbox "From " line) are left out.
 */
export function splitFields(header: string): readonly RawField[] {
  const fields: { name: string; lines: string[] }[] = [];
  for (const line of header.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line)) fields.at(-1)?.lines.push(line);
    else if (colon > 0) {
      fields.push({
        name: line
          .slice(0, colon)
          .replace(/[ \t]+$/, '')
          .toLowerCase(),
        lines: [line],
      });
    }
  }
  return fields.map(({ name, lines }) => ({ name, text: lines.join('\r\n') }));
}

/** One field for the hash, without the line end (RFC 6376 §3.4.1, §3.4.2). */
export function canonicalField(field: RawField, how: Canonicalization): string {
  if (how === 'simple') return field.text;
  const value = field.text.slice(field.text.indexOf(':') + 1).replace(/\r\n/g, '');
  return `${field.name}:${value.replace(/[ \t]+/g, ' ').trim()}`;
}

/** A body (one byte per char, LF or CRLF) for the hash (RFC 6376 §3.4.3, §3.4.4). */
export function canonicalBody(body: string, how: Canonicalization): string {
  const lines = body.split(/\r?\n/).map((line) => (how === 'relaxed' ? relaxedLine(line) : line));
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  // An empty body is one CRLF when simple, nothing when relaxed.
  if (lines.length === 0) return how === 'simple' ? '\r\n' : '';
  return `${lines.join('\r\n')}\r\n`;
}

// Spaces are collapsed first, so that at most one is left to drop at the end: linear for any input.
function relaxedLine(line: string): string {
  const collapsed = line.replace(/[ \t]+/g, ' ');
  return collapsed.endsWith(' ') ? collapsed.slice(0, -1) : collapsed;
}

/**
 * The fields that `h=` names, canonical, each with its CRLF: repeated names take the fields from the bottom upwards,
 * and a name with no field left adds nothing, which is how oversigning works (RFC 6376 §5.4.2).
 */
export function signedFields(fields: readonly RawField[], names: readonly string[], how: Canonicalization): string {
  const left = new Map<string, RawField[]>();
  for (const field of fields) {
    const same = left.get(field.name);
    if (same === undefined) left.set(field.name, [field]);
    else same.push(field);
  }
  return names
    .map((name) => left.get(name)?.pop())
    .map((field) => (field === undefined ? '' : `${canonicalField(field, how)}\r\n`))
    .join('');
}

/** The signature's own field with the value of `b=` taken out, canonical, without line end (RFC 6376 §3.7). */
export function signatureField(field: RawField, how: Canonicalization): string {
  return canonicalField({ name: field.name, text: field.text.replace(B_TAG, '$1') }, how);
}

// The tag "b" after the field's colon or a ";"; "bh" does not match.
const B_TAG = /([:;][ \t\r\n]*b[ \t\r\n]*=)[^;]*/;
