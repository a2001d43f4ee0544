import { type Cursor, cursorOver, readValue, skipComments, skipTo, take } from './headers-cursor.ts';
import {
  comment,
  dotAtomOrQuoted,
  encodeText,
  folded,
  lineLength,
  MAX_LINE_LENGTH,
  NAME_ROOM,
  shortened,
  shortenedAddress,
} from './headers-text.ts';
import type { SpfResult } from './outcome.ts';

/** Which of a message's two names was checked (RFC 7208 §2.3, §2.4). */
export type SpfIdentity = 'mailfrom' | 'helo';

/** What a Received-SPF header field says, RFC 7208 §9.1. Null is "the field does not say". */
export type ReceivedSpf = {
  readonly result: SpfResult;
  readonly identity: SpfIdentity | null;
  /** For people; no program may rely on it. */
  readonly comment: string | null;
  readonly clientIp: string | null;
  /** '' is the null sender. */
  readonly envelopeFrom: string | null;
  readonly helo: string | null;
  readonly receiver: string | null;
  readonly mechanism: string | null;
  readonly problem: string | null;
  /** Further `name=value` pairs in their order. */
  readonly others: readonly { readonly name: string; readonly value: string }[];
};

export type HeaderOptions = {
  /** Lines of 78 characters joined by CRLF and a tab. Default false: one line, as a Postfix policy answer needs. */
  readonly fold?: boolean;
};

/** A whole header field must name its identity when we write it (a HELO pass once was taken for a MAIL FROM pass). */
export type WritableReceivedSpf = ReceivedSpf & { readonly identity: SpfIdentity };

export const SPF_RESULTS: readonly SpfResult[] = [
  'pass',
  'fail',
  'softfail',
  'neutral',
  'none',
  'temperror',
  'permerror',
];

const FIELD_NAME = 'Received-SPF';
const KEYS: readonly string[] = ['identity', 'client-ip', 'envelope-from', 'helo', 'receiver', 'mechanism', 'problem'];
const MAX_OTHERS = 50;

/**
 * A Received-SPF header field, RFC 7208 §9.1, without its closing CRLF.
 *
 * Printable ASCII only and at most 998 characters before folding. Of a longer field the comment is left out first;
 * then long texts are cut and end in `...`. Of an address that concerns the local part alone, and what names somebody
 * is whole or left out: a stranger chooses how long his names are, and where they would be cut.
 */
export function writeReceivedSpf(fields: WritableReceivedSpf, options: HeaderOptions = {}): string {
  // Nearly all fit as they are.
  const whole = wordsOf(fields, Number.POSITIVE_INFINITY);
  const words = lineLength(whole) <= MAX_LINE_LENGTH ? whole : fittingWords({ ...fields, comment: null });
  return options.fold === true ? folded(words) : words.join(' ');
}

function fittingWords(fields: WritableReceivedSpf): readonly string[] {
  let words = wordsOf(fields, MAX_LINE_LENGTH);
  // Halving the room for each value ends quickly, and leaves short values whole.
  for (let room = 512; lineLength(words) > MAX_LINE_LENGTH && room >= 8; room /= 2) words = wordsOf(fields, room);
  return lineLength(words) > MAX_LINE_LENGTH ? wordsOf({ ...fields, others: [] }, 8) : words;
}

/**
 * Reads a Received-SPF header field, folded or not, with or without its name.
 *
 * Lenient as readers must be: unknown pairs are kept in `others`, values that ought to be quoted are taken as they
 * stand. Returns null for another field or without one of the seven results. Never throws.
 */
export function parseReceivedSpf(field: string): ReceivedSpf | null {
  const cursor = cursorOver(field, FIELD_NAME);
  if (cursor === null) return null;
  const word = readValue(cursor, ';(').toLowerCase();
  const result = SPF_RESULTS.find((known) => known === word);
  if (result === undefined) return null;
  const text = skipComments(cursor);
  const pairs = readPairs(cursor);
  const first = (name: string): string | null => pairs.find((pair) => pair.name === name)?.value ?? null;
  const identity = first('identity')?.toLowerCase();
  return {
    result,
    identity: identity === 'mailfrom' || identity === 'helo' ? identity : null,
    comment: text,
    clientIp: first('client-ip'),
    envelopeFrom: first('envelope-from'),
    helo: first('helo'),
    receiver: first('receiver'),
    mechanism: first('mechanism'),
    problem: first('problem'),
    others: pairs.filter((pair) => !KEYS.includes(pair.name)).slice(0, MAX_OTHERS),
  };
}

/** The field as the words between which it may be folded. */
function wordsOf(fields: WritableReceivedSpf, room: number): readonly string[] {
  const words = [`${FIELD_NAME}: ${fields.result}`];
  if (fields.comment !== null) words.push(comment(fields.comment));
  const pair = (key: string, value: string | null): void => {
    if (value !== null) words.push(`${key}=${dotAtomOrQuoted(value)};`);
  };
  const nameRoom = Math.max(room, NAME_ROOM);
  pair('identity', fields.identity);
  pair('client-ip', nameWithin(fields.clientIp, nameRoom));
  pair('envelope-from', nameWithin(fields.envelopeFrom, nameRoom));
  pair('helo', nameWithin(fields.helo, nameRoom));
  pair('receiver', nameWithin(fields.receiver, nameRoom));
  pair('mechanism', nameWithin(fields.mechanism, room));
  pair('problem', fields.problem === null ? null : shortened(fields.problem, room));
  for (const other of fields.others) {
    if (isKeyName(other.name) && !KEYS.includes(other.name.toLowerCase()))
      pair(other.name, shortened(other.value, room));
  }
  return words;
}

function nameWithin(value: string | null, room: number): string | null {
  return value === null ? null : shortenedAddress(value, room);
}

/** RFC 7208 §6: name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ). */
function isKeyName(name: string): boolean {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const lower = name.toLowerCase();
  if (name === '' || name.length > 64 || encodeText(name) !== name || !letters.includes(lower.charAt(0))) return false;
  for (const character of lower) if (!`${letters}0123456789-_.`.includes(character)) return false;
  return true;
}

function readPairs(cursor: Cursor): readonly { readonly name: string; readonly value: string }[] {
  const pairs: { name: string; value: string }[] = [];
  while (cursor.at < cursor.text.length) {
    const name = readValue(cursor, ';=(').toLowerCase();
    if (name !== '' && take(cursor, '=')) pairs.push({ name, value: readValue(cursor, ';') });
    skipTo(cursor, ';');
    cursor.at++;
  }
  return pairs;
}
