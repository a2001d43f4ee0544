import type { Span } from '@unsent/spf';
import { wrap } from '../lockdown/wrap.ts';
import { escapeForTerminal } from '../output/escape.ts';
import type { Style } from '../output/style.ts';

/** How wide and how colourful. `width` is null when the output is no terminal. */
export type Look = { readonly style: Style; readonly width: number | null };

const TEXT_WIDTH = 100;
const MAX_RECORD = 4096;
const AFTER_COLUMNS = 20;

/** Keeps words on one line while a text is wrapped. */
export const NO_BREAK = '\u00a0';

/** Columns for running text. */
function textWidth({ width }: Look): number {
  return Math.max(40, Math.min(width ?? TEXT_WIDTH, TEXT_WIDTH));
}

/**
 * Record text as it can be printed: one character an octet, what is not printable ASCII as `\xHH`.
 *
 * The same for every part of a text, so that a caret stands under the right place.
 */
function showRecord(text: string): string {
  let shown = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x20 && code <= 0x7e) shown += character;
    else if (code >= 0xa0 && code <= 0xff) shown += `\\x${code.toString(16)}`;
    else shown += escapeForTerminal(character);
  }
  return shown;
}

/** A record on one line, or cut; for headings. */
export function showRecordLine(text: string): string {
  return escapeForTerminal(showRecord(text), { maxLength: MAX_RECORD });
}

/** Text wrapped to the width, each line behind `indent` spaces. */
export function paragraph(text: string, indent: number, look: Look): string {
  const lines = wrap(escapeForTerminal(text, { maxLength: MAX_RECORD }), textWidth(look) - indent);
  return lines.map((line) => `${' '.repeat(indent)}${line.replaceAll(NO_BREAK, ' ')}\n`).join('');
}

/** The record around `span`, and carets under it. Long records are cut on both sides. */
export function pointAt(text: string, span: Span, indent: number, look: Look): string {
  const room = textWidth(look) - indent;
  const before = showRecord(text.slice(0, span.start));
  const place = showRecord(text.slice(span.start, span.end)) || ' ';
  const after = showRecord(text.slice(span.end));
  // Some of what follows is shown too, so that the reader finds the place again.
  const leadRoom = Math.max(8, room - place.length - Math.min(after.length, AFTER_COLUMNS));
  const lead = before.length <= leadRoom ? before : `…${before.slice(1 - leadRoom)}`;
  const line = cut(`${lead}${place}${after}`, room);
  const carets = '^'.repeat(Math.max(1, Math.min(place.length, room - lead.length)));
  const margin = ' '.repeat(indent);
  return `${margin}${line}\n${margin}${' '.repeat(lead.length)}${look.style.red(carets)}\n`;
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
