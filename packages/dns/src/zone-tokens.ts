import { UnsentError } from './errors.ts';

/** A word of zone text: raw, escapes still in it, quotes taken off. */
export type ZoneToken = { readonly text: string; readonly quoted: boolean };

/** One entry: what stands between two line ends outside parentheses. Never without tokens. */
export type ZoneEntry = {
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** It begins with white space: the owner is the one of the entry before (RFC 1035 §5.1). */
  readonly inheritsOwner: boolean;
  readonly tokens: readonly ZoneToken[];
};

/** A syntax error in zone text, exit code 2. */
export function zoneTextError(line: number, fact: string, hint?: string): UnsentError {
  return new UnsentError('zone-text', {
    message: `Line ${line} of the zone text: ${fact}`,
    exitCode: 2,
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * Cuts zone text (RFC 1035 §5.1) into entries: comments dropped, parentheses joined. Throws 'zone-text'.
 */
export function* zoneEntries(text: string): Generator<ZoneEntry> {
  let tokens: ZoneToken[] = [];
  let line = 1;
  let start = { line: 1, inheritsOwner: false };
  let depth = 0;
  let isFirst = true;
  for (let i = 0; i < text.length; ) {
    const char = text.charAt(i);
    if (isFirst) start = { line, inheritsOwner: char === ' ' || char === '\t' };
    isFirst = false;
    if (char === '\n') {
      line++;
      i++;
      if (depth > 0) continue;
      if (tokens.length > 0) yield { ...start, tokens };
      tokens = [];
      isFirst = true;
    } else if (char === ' ' || char === '\t' || char === '\r') {
      i++;
    } else if (char === ';') {
      i = endOfComment(text, i);
    } else if (char === '(' || char === ')') {
      depth += char === '(' ? 1 : -1;
      if (depth < 0) throw zoneTextError(line, 'a ")" without its "("');
      i++;
    } else {
      const end = char === '"' ? endOfQuoted(text, i, line) : endOfWord(text, i);
      const quoted = char === '"';
      tokens.push({ text: quoted ? text.slice(i + 1, end - 1) : text.slice(i, end), quoted });
      i = end;
    }
  }
  if (depth > 0) throw zoneTextError(start.line, 'a "(" without its ")"');
  if (tokens.length > 0) yield { ...start, tokens };
}

function endOfComment(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

function endOfQuoted(text: string, start: number, line: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '"') return i + 1;
    if (char === '\n') break;
    if (char === '\\') i++;
  }
  throw zoneTextError(line, 'a quoted string is not closed', 'Put a " at its end; it may not reach over a line end.');
}

function endOfWord(text: string, start: number): number {
  let i = start;
  while (i < text.length && !' \t\r\n;()"'.includes(text.charAt(i))) i += text.charAt(i) === '\\' ? 2 : 1;
  return Math.min(i, text.length);
}

/**
 * The octets that a character-string stands for, one character each: `\ddd` and `\c` are undone, other text is UTF-8.
 * Null for a bad escape.
 */
export function unescapeZoneText(text: string): string | null {
  let octets = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) {
      const digits = text.slice(i + 1, i + 4);
      if (/^[0-9]{3}$/.test(digits)) {
        if (Number(digits) > 255) return null;
        octets += String.fromCharCode(Number(digits));
        i += 3;
        continue;
      }
      if (i + 1 >= text.length || /^[0-9]/.test(digits)) return null;
    } else if (code <= 0x7f) {
      octets += text.charAt(i);
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(code === 0x5c ? ++i : i) ?? 0);
    octets += Buffer.from(character, 'utf8').toString('latin1');
    i += character.length - 1;
  }
  return octets;
}
