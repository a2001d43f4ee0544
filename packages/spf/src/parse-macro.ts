import type { MacroLetter, MacroPart, MacroString } from './ast.ts';
import { isDigit, isUpper, isVisible, PERCENT, SPACE } from './chars.ts';
import { type Draft, fault } from './parse-draft.ts';

/** Where the macro-string stands: %{c}, %{r} and %{t} are errors in a `name`, spaces are allowed in a `text` only. */
type Place = 'name' | 'modifier' | 'text';

type ReadMacroString = {
  readonly parts: MacroString;
  readonly endsInMacro: boolean;
  /** Where the text after the last macro begins. */
  readonly literalStart: number;
};

/** More parts than any name or local part has; keeps a number of any length a small integer. */
const MAX_KEEP = 0x3fffffff;

/**
 * Reads the macro-string that fills `draft.text` from `start` to `end` (RFC 7208 §7.1).
 *
 * macro-string = *( macro-expand / macro-literal )    macro-literal = %x21-24 / %x26-7E
 */
export function readMacroString(draft: Draft, start: number, end: number, place: Place): ReadMacroString | null {
  const { text } = draft;
  const parts: MacroPart[] = [];
  let literal = '';
  let literalStart = start;
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code !== PERCENT) {
      if (!isVisible(code) && !(place === 'text' && code === SPACE)) return invalid(draft, at, at + 1);
      at++;
      continue;
    }
    literal += text.slice(literalStart, at);
    const escaped = at + 1 < end ? escapeOf(text.charCodeAt(at + 1)) : null;
    if (escaped !== null) {
      literal += escaped;
      at += 2;
    } else {
      const close = closingBrace(text, at, end);
      const part = close === -1 ? null : readMacro(text, at + 2, close, place);
      if (part === null) return invalid(draft, at, close === -1 ? Math.min(at + 2, end) : close + 1);
      if (literal !== '') parts.push({ kind: 'text', text: literal });
      literal = '';
      parts.push(part);
      at = close + 1;
    }
    literalStart = at;
  }
  const endsInMacro = literalStart === end && end > start;
  literal += text.slice(literalStart, end);
  if (literal !== '') parts.push({ kind: 'text', text: literal });
  return { parts, endsInMacro, literalStart };
}

function escapeOf(code: number): string | null {
  switch (code) {
    case 0x25:
      return '%';
    case 0x5f:
      return ' ';
    case 0x2d:
      return '%20';
    default:
      return null;
  }
}

/** Where the macro that begins at `at` closes, or -1. Looks no further than a macro can reach. */
function closingBrace(text: string, at: number, end: number): number {
  if (text.charCodeAt(at + 1) !== 0x7b || at + 1 >= end) return -1;
  for (let i = at + 2; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x7d) return i;
    if (code === PERCENT) return -1;
  }
  return -1;
}

/** `text` from `start` to `end` is what stands between the braces: macro-letter *DIGIT [ "r" ] *delimiter. */
function readMacro(text: string, start: number, end: number, place: Place): MacroPart | null {
  const letter = letterOf(text.charAt(start), place);
  if (letter === null || start === end) return null;
  let at = start + 1;
  let keep: number | null = null;
  for (; at < end && isDigit(text.charCodeAt(at)); at++) {
    keep = Math.min((keep ?? 0) * 10 + text.charCodeAt(at) - 0x30, MAX_KEEP);
  }
  if (keep === 0) return null; // RFC 7208 §7.3: the number must be nonzero
  const reverse = at < end && (text.charCodeAt(at) === 0x72 || text.charCodeAt(at) === 0x52);
  if (reverse) at++;
  for (let i = at; i < end; i++) if (!isDelimiter(text.charCodeAt(i))) return null;
  const delimiters = text.slice(at, end);
  return { kind: 'macro', letter, keep, reverse, delimiters, urlEscape: isUpper(text.charCodeAt(start)) };
}

function letterOf(character: string, place: Place): MacroLetter | null {
  switch (character) {
    case 's':
    case 'S':
      return 's';
    case 'l':
    case 'L':
      return 'l';
    case 'o':
    case 'O':
      return 'o';
    case 'd':
    case 'D':
      return 'd';
    case 'i':
    case 'I':
      return 'i';
    case 'p':
    case 'P':
      return 'p';
    case 'v':
    case 'V':
      return 'v';
    case 'h':
    case 'H':
      return 'h';
    case 'c':
    case 'C':
      return place === 'name' ? null : 'c'; // RFC 7208 §7.2: no name may depend on these
    case 'r':
    case 'R':
      return place === 'name' ? null : 'r';
    case 't':
    case 'T':
      return place === 'name' ? null : 't';
    default:
      return null;
  }
}

/** delimiter = "." / "-" / "+" / "," / "/" / "_" / "=" */
function isDelimiter(code: number): boolean {
  return (code >= 0x2b && code <= 0x2f) || code === 0x5f || code === 0x3d;
}

function invalid(draft: Draft, start: number, end: number): null {
  const message = 'is no macro; a percent sign is written %%';
  return fault(draft, 'invalid-macro', start, end, 'RFC 7208 §7.1', message);
}
