import { decodeHeaderValue } from './mime-words.ts';

/** One header field: the name as written, the value unfolded and decoded for reading (RFC 2047, UTF-8). */
export type HeaderField = { readonly name: string; readonly value: string };

/** The header block of a message in the order it came. Names are compared without case. */
export interface HeaderList {
  /** The first field of that name, or null. */
  get(name: string): string | null;
  /** Every field of that name, in order. */
  all(name: string): readonly string[];
  /** Every field, in order. */
  fields(): readonly HeaderField[];
}

type RawField = { readonly name: string; readonly raw: string };

/** A header block in raw bytes, found in a message. */
export type HeaderBlock = {
  readonly fields: readonly RawField[];
  readonly byName: ReadonlyMap<string, readonly RawField[]>;
  readonly start: number;
  /** Where the body starts: behind the empty line. */
  readonly bodyStart: number;
  readonly end: number;
};

const MAX_FIELDS = 50_000;

/**
 * Reads the header block that starts at `start` in `text` and ends at an empty line or at `limit`.
 *
 * Lines that are neither a field nor a continuation are skipped when another field follows and end the block when
 * none does, because broken reports leave the empty line out.
 */
export function readHeaderBlock(text: string, start: number, limit: number): HeaderBlock {
  const fields: RawField[] = [];
  const byName = new Map<string, RawField[]>();
  let at = start;
  let junkAt = -1;
  while (at < limit && !isBlankLine(text, at)) {
    const end = fieldEnd(text, at, limit);
    const field = fields.length < MAX_FIELDS ? readField(text, at, end) : null;
    if (field !== null) {
      junkAt = -1;
      fields.push(field);
      const key = field.name.toLowerCase();
      const same = byName.get(key);
      if (same === undefined) byName.set(key, [field]);
      else same.push(field);
    } else if (junkAt === -1) junkAt = at;
    else if (at - junkAt > 2000 && fields.length < MAX_FIELDS) break;
    at = end + 1;
  }
  if (junkAt !== -1 && fields.length > 0 && fields.length < MAX_FIELDS)
    return { fields, byName, start, bodyStart: junkAt, end: junkAt };
  const end = Math.min(at, limit);
  const lineEnd = text.indexOf('\n', end);
  return { fields, byName, start, bodyStart: lineEnd === -1 || lineEnd >= limit ? limit : lineEnd + 1, end };
}

// The end of a field: the first line end that no blank follows (RFC 5322 §2.2.3).
function fieldEnd(text: string, at: number, limit: number): number {
  let end = text.indexOf('\n', at);
  while (end !== -1 && end < limit) {
    const next = text.charCodeAt(end + 1);
    if (next !== 32 && next !== 9) return end;
    // A line of blanks only ends the block in practice: some gateways pad the empty line.
    if (isBlankLine(text, end + 1)) return end;
    end = text.indexOf('\n', end + 1);
  }
  return limit;
}

function isBlankLine(text: string, start: number): boolean {
  for (let at = start; at < start + 80; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10) return true;
    if (code !== 32 && code !== 9) return false;
  }
  return false;
}

const MAX_NAME = 100;

// field-name ":" (RFC 5322 §2.2), and blanks in front of the colon, which RFC 5322 §4.5 calls obsolete.
function readField(text: string, at: number, end: number): RawField | null {
  let to = at;
  while (to < end && to - at < MAX_NAME && isNameChar(text.charCodeAt(to))) to += 1;
  let colon = to;
  while (colon < end && colon - to < 20 && isBlank(text.charCodeAt(colon))) colon += 1;
  if (to === at || text.charCodeAt(colon) !== 58) return null;
  return { name: text.slice(at, to), raw: text.slice(colon + 1, end) };
}

function isNameChar(code: number): boolean {
  return code > 32 && code < 127 && code !== 58;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** The raw, still folded value of the first field of that lower-case name; '' when there is none. */
export function rawHeader(block: HeaderBlock, name: string): string {
  return block.byName.get(name)?.[0]?.raw ?? '';
}

/** The raw values of every field of that lower-case name. */
export function rawHeaders(block: HeaderBlock, name: string): readonly string[] {
  return block.byName.get(name)?.map((field) => field.raw) ?? [];
}

/** The block for reading; values are decoded when somebody asks. */
export function headerList(block: HeaderBlock): HeaderList {
  const decode = (field: RawField): HeaderField => ({ name: field.name, value: decodeHeaderValue(field.raw) });
  return {
    get: (name) => {
      const first = block.byName.get(name.toLowerCase())?.[0];
      return first === undefined ? null : decodeHeaderValue(first.raw);
    },
    all: (name) => (block.byName.get(name.toLowerCase()) ?? []).map((field) => decodeHeaderValue(field.raw)),
    fields: () => block.fields.map(decode),
  };
}
