import { decodeText } from './headers-text.ts';

/** A place in a header field's text. Readers move it forward and never throw. */
export type Cursor = { readonly text: string; at: number };

/**
 * A cursor over the body of a header field, unfolded.
 *
 * `name` in front is dropped when it is there, in any case; a field of another name gives null.
 */
export function cursorOver(field: string, name: string): Cursor | null {
  const text = unfold(field);
  const prefix = text.slice(0, name.length).toLowerCase();
  if (prefix !== name.toLowerCase()) return { text, at: 0 };
  const cursor = { text, at: name.length };
  while (cursor.text[cursor.at] === ' ') cursor.at++;
  if (cursor.text[cursor.at] !== ':') return null;
  cursor.at++;
  return cursor;
}

/** A line break before a space is nothing (RFC 5322 §2.2.3); any other, and a tab, is read as a space. */
function unfold(field: string): string {
  const lines = field.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll('\t', ' ');
  return lines.replaceAll('\n ', ' ').replaceAll('\n', ' ');
}

/** Skips spaces and comments (CFWS); returns the text of the first comment, or null. */
export function skipComments(cursor: Cursor): string | null {
  let first: string | null = null;
  for (;;) {
    while (cursor.text[cursor.at] === ' ') cursor.at++;
    if (cursor.text[cursor.at] !== '(') return first;
    const text = readComment(cursor);
    first ??= text;
  }
}

/** Takes `character` after CFWS. False, and nothing moved past it, when it is not there. */
export function take(cursor: Cursor, character: string): boolean {
  skipComments(cursor);
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}

/** A quoted-string, or what stands before the next space or one of `stops`; '' when there is nothing. */
export function readValue(cursor: Cursor, stops: string): string {
  skipComments(cursor);
  if (cursor.text[cursor.at] === '"') return readQuoted(cursor);
  const start = cursor.at;
  while (cursor.at < cursor.text.length && !isStop(cursor.text.charAt(cursor.at), stops)) cursor.at++;
  return decodeText(cursor.text.slice(start, cursor.at));
}

/** Moves to the next `character` outside comments and quoted-strings, or to the end. */
export function skipTo(cursor: Cursor, character: string): void {
  for (;;) {
    skipComments(cursor);
    if (cursor.at >= cursor.text.length || cursor.text[cursor.at] === character) return;
    if (cursor.text[cursor.at] === '"') readQuoted(cursor);
    else cursor.at++;
  }
}

function isStop(character: string, stops: string): boolean {
  return character === ' ' || stops.includes(character);
}

/** RFC 5322 §3.2.4, unquoted. One that never ends runs to the end of the text. */
function readQuoted(cursor: Cursor): string {
  let text = '';
  for (cursor.at++; cursor.at < cursor.text.length; cursor.at++) {
    let character = cursor.text.charAt(cursor.at);
    if (character === '"') {
      cursor.at++;
      break;
    }
    if (character === '\\') character = cursor.text.charAt(++cursor.at);
    text += character;
  }
  return decodeText(text);
}

/** RFC 5322 §3.2.2: comments nest. The inner parentheses are kept. */
function readComment(cursor: Cursor): string {
  let text = '';
  let depth = 1;
  for (cursor.at++; cursor.at < cursor.text.length; cursor.at++) {
    let character = cursor.text.charAt(cursor.at);
    if (character === '(') depth++;
    if (character === ')' && --depth === 0) {
      cursor.at++;
      break;
    }
    if (character === '\\') character = cursor.text.charAt(++cursor.at);
    text += character;
  }
  return decodeText(text);
}
