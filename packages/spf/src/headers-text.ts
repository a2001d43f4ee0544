/**
 * The characters of trace header fields: what Received-SPF and Authentication-Results share.
 *
 * Everything that is written here comes from a stranger (HELO, MAIL FROM, DNS), so that nothing reaches a header but
 * printable ASCII. Any other character, and a backslash that would read as one of ours, becomes `\x{HEX}`, the notation
 * of RFC 6533 §3; reading turns it back, so that what was written is what is read.
 */

/** RFC 5322 §2.1.1: no line may be longer, without its CRLF. */
export const MAX_LINE_LENGTH = 998;
/** RFC 5322 §2.1.1: lines should not be longer. */
const PREFERRED_LINE_LENGTH = 78;

const ATEXT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~"; // RFC 5322 §3.2.3
/** 1 at the code of each of them: every character of every header is looked up. */
const IS_ATEXT = Uint8Array.from({ length: 128 }, (_, code) => (ATEXT.includes(String.fromCharCode(code)) ? 1 : 0));
/** 1 at the code of each character that is written as it is, in a quoted-string and in a comment. */
const IS_PLAIN = Uint8Array.from({ length: 128 }, (_, code) =>
  isPrintableCode(code) && !'()"\\'.includes(String.fromCharCode(code)) ? 1 : 0,
);
const MIME_TSPECIALS = '()<>@,;:\\/[]?="'; // RFC 2045 §5.1
const ELLIPSIS = '...';
const DOT = 0x2e;
/** The longest that one UTF-16 unit can become: `\\x{FFFF}`, its backslash being escaped. */
const MAX_ENCODED_LENGTH = 9;

/** `text` in printable ASCII; reversed by `decodeText`. */
export function encodeText(text: string): string {
  if (isPrintable(text) && !text.includes('\\x{')) return text;
  let encoded = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) ?? 0;
    if (code > 0xffff) i++;
    if (isPrintableCode(code) && !text.startsWith('\\x{', i)) encoded += String.fromCodePoint(code);
    else encoded += `\\x{${code.toString(16).toUpperCase()}}`;
  }
  return encoded;
}

/** Undoes `encodeText`; what is no complete `\x{HEX}` of a code point stays as it is. */
export function decodeText(text: string): string {
  if (!text.includes('\\x{')) return text;
  let decoded = '';
  let at = 0;
  while (at < text.length) {
    const start = text.indexOf('\\x{', at);
    if (start === -1) break;
    // No look-ahead beyond the longest code point, or a text of `\x{` alone would take quadratic time.
    const digits = text.slice(start + 3, start + 10).split('}', 1)[0] ?? '';
    const code = text[start + 3 + digits.length] === '}' ? codePointOf(digits) : null;
    decoded += text.slice(at, start) + (code === null ? '\\x{' : String.fromCodePoint(code));
    at = code === null ? start + 3 : start + 4 + digits.length;
  }
  return decoded + text.slice(at);
}

/** `text` as a dot-atom where it is one (RFC 5322 §3.2.3), else as a quoted-string (§3.2.4). */
export function dotAtomOrQuoted(text: string): string {
  return isDotAtom(text) ? text : quoted(text);
}

/** `text` as a token where it is one (RFC 2045 §5.1), else as a quoted-string. */
export function tokenOrQuoted(text: string): string {
  return isToken(text) ? text : quoted(text);
}

/** True for one or more atoms joined by single dots. */
export function isDotAtom(text: string): boolean {
  let last = DOT;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT ? last === DOT : !isAtomCharacter(code)) return false;
    last = code;
  }
  return last !== DOT;
}

/** True for a MIME token, RFC 2045 §5.1. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || MIME_TSPECIALS.includes(text.charAt(i))) return false;
  }
  return text !== '';
}

/** `text` as a quoted-string, RFC 5322 §3.2.4. */
export function quoted(text: string): string {
  if (isPlain(text)) return `"${text}"`;
  return `"${backslashed(encodeText(text), '"\\')}"`;
}

/** `text` as a comment, RFC 5322 §3.2.2. */
export function comment(text: string): string {
  if (isPlain(text)) return `(${text})`;
  return `(${backslashed(encodeText(text), '()\\')})`;
}

/** The longest beginning of `text` whose encoded form has at most `length` characters, marked when it was cut. */
export function shortened(text: string, length: number): string {
  if (text.length * MAX_ENCODED_LENGTH <= length || encodedLength(text) <= length) return text;
  const room = length - ELLIPSIS.length;
  let [kept, tooMany] = [0, Math.min(text.length, room) + 1];
  while (kept + 1 < tooMany) {
    const middle = (kept + tooMany) >> 1;
    if (encodedLength(text.slice(0, middle)) <= room) kept = middle;
    else tooMany = middle;
  }
  return text.slice(0, kept) + ELLIPSIS;
}

/**
 * Joins `words` by a space, or by CRLF and a tab where a line would grow over 78 characters (RFC 5322 §2.2.3).
 * A word is never broken.
 */
export function folded(words: readonly string[]): string {
  let text = '';
  let length = -1; // no space before the first word
  for (const word of words) {
    const breaks = length > 0 && length + 1 + word.length > PREFERRED_LINE_LENGTH;
    text += (length === -1 ? '' : breaks ? '\r\n\t' : ' ') + word;
    length = (breaks ? 0 : length) + 1 + word.length;
  }
  return text;
}

/** The length of `words` written as one line. */
export function lineLength(words: readonly string[]): number {
  let length = -1;
  for (const word of words) length += word.length + 1;
  return length;
}

function encodedLength(text: string): number {
  return backslashed(encodeText(text), '()"\\').length;
}

function backslashed(text: string, characters: string): string {
  // Hardly any text holds one: looking first saves building a copy.
  let isPlain = true;
  for (let i = 0; i < characters.length && isPlain; i++) isPlain = !text.includes(characters.charAt(i));
  if (isPlain) return text;
  let escaped = '';
  for (const character of text) escaped += characters.includes(character) ? `\\${character}` : character;
  return escaped;
}

/** Nearly every text is: one look is all that it costs then. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (IS_PLAIN[text.charCodeAt(i)] !== 1) return false;
  return true;
}

function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isPrintableCode(text.charCodeAt(i))) return false;
  return true;
}

function isPrintableCode(code: number): boolean {
  return code >= 0x20 && code <= 0x7e;
}

function isAtomCharacter(code: number): boolean {
  return IS_ATEXT[code] === 1;
}

function codePointOf(hex: string): number | null {
  if (hex.length === 0 || hex.length > 6) return null;
  for (const digit of hex) if (!'0123456789abcdefABCDEF'.includes(digit)) return null;
  const code = Number.parseInt(hex, 16);
  return code <= 0x10ffff ? code : null;
}
