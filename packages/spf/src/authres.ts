import { type HeaderOptions, SPF_RESULTS, type SpfIdentity } from './headers.ts';
import { type Cursor, cursorOver, readValue, skipComments, skipTo, take } from './headers-cursor.ts';
import {
  comment,
  folded,
  isDomainName,
  isDotAtom,
  isToken,
  lineLength,
  MAX_LINE_LENGTH,
  NAME_ROOM,
  quoted,
  shortened,
  shortenedAddress,
  tokenOrQuoted,
} from './headers-text.ts';
import type { SpfResult } from './outcome.ts';

/** An Authentication-Results header field, RFC 8601 §2.2. No results means `none`: nothing was checked. */
export type AuthenticationResults = {
  /** Who says so. A reader believes only the names of its own servers (RFC 8601 §5). */
  readonly authservId: string;
  readonly results: readonly AuthenticationResult[];
};

/** One method's result, such as `spf=fail smtp.mailfrom=example.com`. Method, result, type and name are lower case. */
export type AuthenticationResult = {
  readonly method: string;
  readonly result: string;
  readonly reason: string | null;
  /** For people, as everything in parentheses is. */
  readonly comment: string | null;
  readonly properties: readonly AuthenticationProperty[];
};

export type AuthenticationProperty = { readonly type: string; readonly name: string; readonly value: string };

/** An `spf=` result with the identity it is about, RFC 8601 §2.7.2. */
export type SpfStatement = {
  readonly result: SpfResult;
  /** Null when the field names neither `smtp.mailfrom` nor `smtp.helo`, or both: then it proves nothing. */
  readonly identity: SpfIdentity | null;
  readonly mailfrom: string | null;
  readonly helo: string | null;
};

const FIELD_NAME = 'Authentication-Results';
/** Only our own name makes a reader believe the field: it is cut last. */
const AUTHSERV_ID_ROOM = 512;
const SPF_PROPERTIES: readonly { readonly identity: SpfIdentity; readonly name: string }[] = [
  { identity: 'mailfrom', name: 'mailfrom' },
  { identity: 'helo', name: 'helo' },
];

/** The `spf=` entry for one identity, with the property that names it. */
export function spfAuthenticationResult(spf: {
  readonly result: SpfResult;
  readonly identity: SpfIdentity;
  /** The address or domain that was checked. */
  readonly value: string;
  readonly comment?: string | null;
  readonly reason?: string | null;
}): AuthenticationResult {
  const { result, identity, value } = spf;
  const properties = [{ type: 'smtp', name: identity, value }];
  return { method: 'spf', result, reason: spf.reason ?? null, comment: spf.comment ?? null, properties };
}

/**
 * An Authentication-Results header field, RFC 8601 §2.2, without its closing CRLF.
 *
 * Printable ASCII only and at most 998 characters before folding. Of a longer field the comments are left out first;
 * then long reasons are cut and end in `...`. A property keeps its value, or of an address the domain and the beginning
 * of the local part, or is left out: half a name would be another one.
 */
export function writeAuthenticationResults(fields: AuthenticationResults, options: HeaderOptions = {}): string {
  const whole = wordsOf(fields, Number.POSITIVE_INFINITY);
  const words = lineLength(whole) <= MAX_LINE_LENGTH ? whole : fittingWords(withoutComments(fields));
  return options.fold === true ? folded(words) : words.join(' ');
}

function withoutComments({ authservId, results }: AuthenticationResults): AuthenticationResults {
  return { authservId, results: results.map((entry) => ({ ...entry, comment: null })) };
}

function fittingWords(fields: AuthenticationResults): readonly string[] {
  let words = wordsOf(fields, MAX_LINE_LENGTH);
  for (let room = 512; lineLength(words) > MAX_LINE_LENGTH && room >= 8; room /= 2) words = wordsOf(fields, room);
  // Whole results go last to first: a field must not stop in the middle of one.
  for (let kept = fields.results.length - 1; lineLength(words) > MAX_LINE_LENGTH && kept > 0; kept--) {
    words = wordsOf({ ...fields, results: fields.results.slice(0, kept) }, 64);
  }
  return lineLength(words) > MAX_LINE_LENGTH ? firstResultOf(fields) : words;
}

/**
 * Reads an Authentication-Results header field, folded or not, with or without its name.
 *
 * Returns null for another field, without an authserv-id, or for a version other than 1 (RFC 8601 §2.2). Entries that
 * cannot be read are left out. Never throws.
 */
export function parseAuthenticationResults(field: string): AuthenticationResults | null {
  const cursor = cursorOver(field, FIELD_NAME);
  if (cursor === null) return null;
  const authservId = readValue(cursor, ';(=');
  const version = readValue(cursor, ';(=');
  if (authservId === '' || (version !== '' && version !== '1')) return null;
  const results: AuthenticationResult[] = [];
  skipTo(cursor, ';');
  while (cursor.at < cursor.text.length) {
    cursor.at++;
    const result = readResult(cursor);
    if (result !== null) results.push(result);
    skipTo(cursor, ';');
  }
  return { authservId, results };
}

/**
 * Every `spf=` statement of a message made by one of `trusted`, in the order of `fields`.
 *
 * `fields` are the Authentication-Results fields as they stand in the message. Those of any other authserv-id are
 * ignored, wherever they stand: anybody can write one (RFC 8601 §5). Names are compared without regard to case.
 */
export function spfStatements(fields: readonly string[], trusted: readonly string[]): readonly SpfStatement[] {
  const names = new Set(trusted.map((name) => name.toLowerCase()));
  return fields
    .map(parseAuthenticationResults)
    .filter((parsed) => parsed !== null)
    .filter((parsed) => names.has(parsed.authservId.toLowerCase()))
    .flatMap((parsed) => parsed.results.map(spfStatement))
    .filter((statement) => statement !== null);
}

function spfStatement(entry: AuthenticationResult): SpfStatement | null {
  const result = SPF_RESULTS.find((known) => known === entry.result);
  if (entry.method !== 'spf' || result === undefined) return null;
  const property = (name: string): string | null =>
    entry.properties.find((one) => one.type === 'smtp' && one.name === name)?.value ?? null;
  const named = SPF_PROPERTIES.filter(({ name }) => property(name) !== null);
  const identity = named.length === 1 ? (named[0]?.identity ?? null) : null;
  return { result, identity, mailfrom: property('mailfrom'), helo: property('helo') };
}

/** The field as the words between which it may be folded. */
function wordsOf(fields: AuthenticationResults, room: number): readonly string[] {
  const words = [`${FIELD_NAME}: ${tokenOrQuoted(shortened(fields.authservId, Math.max(room, AUTHSERV_ID_ROOM)))};`];
  const results = fields.results.filter((entry) => isKeyword(entry.method) && isKeyword(entry.result));
  if (results.length === 0) return [...words, 'none'];
  results.forEach((entry, index) => {
    const own = entryWords(entry, room);
    const isLast = index === results.length - 1;
    words.push(...own.slice(0, -1), `${own.at(-1)}${isLast ? '' : ';'}`);
  });
  return words;
}

/** The first result alone, with as many of its properties as there is room for. */
function firstResultOf({ authservId, results }: AuthenticationResults): readonly string[] {
  const withProperties = (count: number): readonly string[] => {
    const cut = results.slice(0, 1).map((one) => ({ ...one, properties: one.properties.slice(0, count) }));
    return wordsOf({ authservId, results: cut }, 64);
  };
  const count = results[0]?.properties.length ?? 0;
  let kept = 0;
  while (kept < count && lineLength(withProperties(kept + 1)) <= MAX_LINE_LENGTH) kept++;
  return withProperties(kept);
}

function entryWords(entry: AuthenticationResult, room: number): readonly string[] {
  const words = [`${entry.method}=${entry.result}`];
  if (entry.comment !== null) words.push(comment(entry.comment));
  if (entry.reason !== null) words.push(`reason=${tokenOrQuoted(shortened(entry.reason, room))}`);
  for (const { type, name, value } of entry.properties) {
    const kept = isKeyword(type) && isKeyword(name) ? shortenedAddress(value, Math.max(room, NAME_ROOM)) : null;
    if (kept !== null) words.push(`${type}.${name}=${propertyValue(kept)}`);
  }
  return words;
}

/** RFC 8601 §2.2: pvalue is a token, a quoted-string, or [ [ local-part ] "@" ] domain-name. */
function propertyValue(value: string): string {
  const at = value.lastIndexOf('@');
  const local = value.slice(0, Math.max(at, 0));
  const isPlainAddress = at !== -1 && isDomainName(value.slice(at + 1)) && (local === '' || isPlainLocal(local));
  return isToken(value) || isPlainAddress ? value : quoted(value);
}

/** A local part that no reader can misread without quotes: `=` and `/` would end a token. */
function isPlainLocal(local: string): boolean {
  return isDotAtom(local) && isToken(local);
}

/** RFC 5321 §4.1.2: Keyword = Ldh-str. Underscore and dot are met in the wild and are harmless. */
function isKeyword(text: string): boolean {
  for (const character of text) if (!'abcdefghijklmnopqrstuvwxyz0123456789-_'.includes(character)) return false;
  return text !== '' && text.length <= 64;
}

/** One `method[/version]=result [reason=…] *(ptype.property=value)`, or null when it cannot be read. */
function readResult(cursor: Cursor): AuthenticationResult | null {
  const method = readValue(cursor, ';=(/').toLowerCase();
  if (take(cursor, '/')) readValue(cursor, ';=(');
  if (!take(cursor, '=')) return null;
  const result = readValue(cursor, ';=(').toLowerCase();
  if (!isKeyword(method) || !isKeyword(result)) return null;
  let text = skipComments(cursor);
  let reason: string | null = null;
  const properties: AuthenticationProperty[] = [];
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== ';') {
    const before = cursor.at;
    const key = readKey(cursor);
    const value = key === null ? '' : readValue(cursor, ';(');
    if (key === 'reason') reason ??= value;
    else if (key !== null) properties.push(...propertyOf(key, value));
    text ??= skipComments(cursor);
    if (cursor.at === before) cursor.at++;
  }
  return { method, result, reason, comment: text, properties };
}

/** What stands before a `=`, lower case; null, and the word skipped, when there is none. */
function readKey(cursor: Cursor): string | null {
  let key = readValue(cursor, ';=(.').toLowerCase();
  if (take(cursor, '.')) key += `.${readValue(cursor, ';=(').toLowerCase()}`;
  return take(cursor, '=') ? key : null;
}

/** The property of a key `ptype.property`; none for any other key. */
function propertyOf(key: string, value: string): readonly AuthenticationProperty[] {
  const dot = key.indexOf('.');
  const [type, name] = [key.slice(0, dot), key.slice(dot + 1)];
  return dot === -1 || type === '' || name === '' ? [] : [{ type, name, value }];
}
