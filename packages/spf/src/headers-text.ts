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

/** Room that names have at least, however little is left for texts: a domain (RFC 1035 §2.3.4) and a cut local part. */
export const NAME_ROOM = 260;

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
const HYPHEN = 0x2d;
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

/** True for sub-domain 1*("." sub-domain), RFC 6376 §3.5: labels of letters, digits and inner hyphens, two at least. */
export function isDomainName(text: string): boolean {
  let dots = 0;
  let last = DOT;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) dots++;
    if (code === DOT ? last === DOT || last === HYPHEN : !(isAlphanumeric(code) || (code === HYPHEN && last !== DOT)))
      return false;
    last = code;
  }
  return dots > 0 && last !== DOT && last !== HYPHEN;
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
  return fits(text, length) ? text : text.slice(0, unitsWithin(text, length - ELLIPSIS.length)) + ELLIPSIS;
}

/**
 * An address whose encoded form has at most `length` characters: of a long local part the beginning, marked as cut.
 *
 * A domain that lost its end would be somebody else's: it is whole, or null says that it alone is too long. So is a
 * name without an at sign.
 */
export function shortenedAddress(text: string, length: number): string | null {
  if (fits(text, length)) return text;
  const at = text.lastIndexOf('@');
  const domain = text.slice(at);
  const room = length - encodedLength(domain);
  return at === -1 || room < ELLIPSIS.length ? null : shortened(text.slice(0, at), room) + domain;
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

function fits(text: string, length: number): boolean {
  return text.length * MAX_ENCODED_LENGTH <= length || unitsWithin(text, length) === text.length;
}

/** How many UTF-16 units of `text` have an encoded form of at most `length` characters. */
function unitsWithin(text: string, length: number): number {
  let encoded = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    encoded += encodedLengthAt(text, at, code);
    if (encoded > length) return at;
    at += code > 0xffff ? 2 : 1;
  }
  return text.length;
}

function encodedLength(text: string): number {
  let encoded = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    encoded += encodedLengthAt(text, at, code);
    if (code > 0xffff) at++;
  }
  return encoded;
}

/** As it becomes in a quoted-string or a comment, whichever is longer. */
function encodedLengthAt(text: string, at: number, code: number): number {
  if (IS_PLAIN[code] === 1) return 1;
  if (isPrintableCode(code) && !text.startsWith('\\x{', at)) return 2;
  return '\\\\x{}'.length + code.toString(16).length;
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

function isAlphanumeric(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
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
