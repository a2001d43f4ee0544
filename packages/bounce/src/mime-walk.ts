import { type HeaderBlock, rawHeader, readHeaderBlock } from './mime-header.ts';
import { readParameters, type ValueWithParameters } from './mime-type.ts';

/** One entity of a MIME message; its body is `text.slice(start, end)`, still encoded. */
export type MailPart = {
  /** "text/plain"; also what RFC 2045 §5.2 implies when nothing is said. */
  readonly type: string;
  readonly contentType: ValueWithParameters;
  readonly header: HeaderBlock;
  readonly start: number;
  readonly end: number;
  /** 0 is the message itself. */
  readonly depth: number;
  /** Type of the entity around it; '' at the top. */
  readonly parentType: string;
};

export type WalkLimits = { readonly maxDepth: number; readonly maxParts: number };

type Walk = { readonly text: string; readonly limits: WalkLimits; readonly parts: MailPart[]; isCut: boolean };

/** The leaves of a message in order, and the message's own header block. Returned messages stay leaves. */
export type WalkedMessage = {
  readonly header: HeaderBlock;
  readonly contentType: ValueWithParameters;
  readonly parts: readonly MailPart[];
  readonly isCut: boolean;
};

/**
 * Splits a normalised message at its boundaries (RFC 2046 §5.1.1).
 *
 * Boundaries are looked for only as far as the limits allow; whatever lies deeper stays one leaf. A multipart whose
 * boundary is missing or never occurs is split at the boundary that its body seems to use.
 */
export function walkMessage(text: string, limits: WalkLimits, known: HeaderBlock | null): WalkedMessage {
  const header = known === null ? readHeaderBlock(text, 0, text.length) : withBodyStart(known, text);
  const walk: Walk = { text, limits, parts: [], isCut: false };
  const top = partAt(header, text.length, 0, '');
  visit(walk, top);
  return { header, contentType: top.contentType, parts: walk.parts, isCut: walk.isCut };
}

// A header block that was read from the header's text alone ends there; the empty line lies behind it.
function withBodyStart(header: HeaderBlock, text: string): HeaderBlock {
  const isAtEmptyLine = header.bodyStart === header.end && text.charCodeAt(header.end) === 10;
  return isAtEmptyLine ? { ...header, bodyStart: header.end + 1 } : header;
}

function partAt(header: HeaderBlock, end: number, depth: number, parentType: string): MailPart {
  const contentType = readParameters(rawHeader(header, 'content-type'));
  const implied = parentType === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  const type = contentType.value.includes('/') ? contentType.value : implied;
  return { type, contentType, header, start: Math.min(header.bodyStart, end), end, depth, parentType };
}

function visit(walk: Walk, part: MailPart): void {
  if (walk.parts.length >= walk.limits.maxParts) {
    walk.isCut = true;
    return;
  }
  if (!part.type.startsWith('multipart/') || part.depth >= walk.limits.maxDepth) {
    walk.parts.push(part);
    return;
  }
  const pieces = splitBody(walk, part);
  if (pieces.length === 0) walk.parts.push(part);
  for (const [start, end] of pieces) {
    const header = readHeaderBlock(walk.text, start, end);
    visit(walk, partAt(header, end, part.depth + 1, part.type));
  }
}

type Range = readonly [start: number, end: number];

function splitBody(walk: Walk, part: MailPart): readonly Range[] {
  const named = part.contentType.parameters.get('boundary')?.trimEnd() ?? '';
  const pieces = named === '' ? [] : splitAt(walk, part, named);
  if (pieces.length > 0) return pieces;
  const guessed = guessBoundary(walk.text, part.start, part.end);
  return guessed === null || guessed === named ? [] : splitAt(walk, part, guessed);
}

function splitAt(walk: Walk, part: MailPart, boundary: string): readonly Range[] {
  const { text } = walk;
  const delimiter = `--${boundary}`;
  const pieces: Range[] = [];
  let open = -1;
  let at = text.indexOf(delimiter, part.start);
  while (at !== -1 && at < part.end && pieces.length < walk.limits.maxParts) {
    const after = at + delimiter.length;
    const isAtLineStart = at === part.start || text.charCodeAt(at - 1) === 10;
    const tail = isAtLineStart ? delimiterTail(text, after) : null;
    if (tail !== null) {
      if (open !== -1) pieces.push([open, Math.max(open, at - 1)]);
      open = -1;
      if (tail === 'close') return pieces;
      const lineEnd = text.indexOf('\n', after);
      open = lineEnd === -1 ? part.end : Math.min(lineEnd + 1, part.end);
    }
    at = text.indexOf(delimiter, after);
  }
  if (open !== -1) pieces.push([open, part.end]);
  return pieces;
}

// What follows the boundary on its line: padding only, or the closing "--". Anything else is a longer boundary.
function delimiterTail(text: string, after: number): 'open' | 'close' | null {
  const isClose = text.startsWith('--', after);
  for (let at = isClose ? after + 2 : after; at < after + 80; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || Number.isNaN(code)) return isClose ? 'close' : 'open';
    if (code !== 32 && code !== 9) return isClose ? 'close' : null;
  }
  return null;
}

// A line "--something" with a MIME header below it.
const PART_OPENING = /(?:^|\n)--([^\s-][^\n]{0,200}|-[^\n]{1,200})\n(?=content-)/gi;
const GUESS_WINDOW = 65_536;

function guessBoundary(text: string, start: number, end: number): string | null {
  const window = text.slice(start, Math.min(end, start + GUESS_WINDOW));
  PART_OPENING.lastIndex = 0;
  return PART_OPENING.exec(window)?.[1]?.trimEnd() ?? null;
}
