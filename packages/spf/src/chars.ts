// ASCII only. Nothing here folds case by Unicode rules: U+017F (ſ) is no s and U+212A is no k.

export const SPACE = 0x20;
export const PERCENT = 0x25;
export const DASH = 0x2d;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const EQUALS = 0x3d;
export const UNDERSCORE = 0x5f;

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isUpper(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

export function isAlpha(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || isUpper(code);
}

/** name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ) (RFC 7208 §4.6.1); the characters after the first. */
export function isNameCharacter(code: number): boolean {
  return isAlpha(code) || isDigit(code) || code === DASH || code === UNDERSCORE || code === DOT;
}

/** A printing ASCII character, the only ones that a term may hold (RFC 7208 §7.1). */
export function isVisible(code: number): boolean {
  return code > SPACE && code < 0x7f;
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** True if `text` from `start` to `end` is `word` (given in lower case) in any ASCII case. */
export function isWord(text: string, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    const code = text.charCodeAt(start + i);
    if ((isUpper(code) ? code + 0x20 : code) !== word.charCodeAt(i)) return false;
  }
  return true;
}

/** The text for a message: quoted, shortened, control characters escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
