/**
 * Received-SPF and Authentication-Results by their ABNF alone, so that what is written is not judged by our own readers,
 * which forgive much.
 */

/** What a field says, by name: `envelope-from`, or `smtp.mailfrom`. Quotes are off. */
export type TraceField = { readonly result: string; readonly values: ReadonlyMap<string, string> };

/** A reader moves on and returns what it took, or null where the text is none. */
type Reader = { readonly text: string; at: number };

/** RFC 7208 §9.1; null for what is no `header-field`. */
export function readReceivedSpfStrictly(field: string): TraceField | null {
  const reader = { text: field, at: 0 };
  const values = new Map<string, string>();
  if (take(reader, /Received-SPF:/y) === null) return null;
  skipCfws(reader);
  const result = take(reader, /(?:pass|fail|softfail|neutral|none|temperror|permerror)(?= )/y);
  if (result === null || take(reader, / +/y) === null) return null;
  if (skipComment(reader) && take(reader, / +/y) === null) return null;
  while (reader.at < field.length) {
    const key = take(reader, /[A-Za-z][A-Za-z0-9_.-]*/y);
    skipCfws(reader);
    if (key === null || take(reader, /=/y) === null) return null;
    const value = take(reader, DOT_ATOM) ?? takeQuoted(reader);
    if (value === null || values.has(key)) return null;
    values.set(key, value);
    if (reader.at < field.length && take(reader, /;/y) === null) return null;
    skipCfws(reader);
  }
  return { result, values };
}

/** RFC 8601 §2.2 with one `spf` result; null for what is no such `authres-header-field`. */
export function readAuthenticationResultsStrictly(field: string): TraceField | null {
  const reader = { text: field, at: 0 };
  if (take(reader, /Authentication-Results:/y) === null) return null;
  skipCfws(reader);
  const authservId = take(reader, TOKEN) ?? takeQuoted(reader);
  if (authservId === null || take(reader, /; spf=/y) === null) return null;
  const result = take(reader, /[a-z]+/y);
  skipCfws(reader);
  if (result === null) return null;
  const values = new Map<string, string>([['authserv-id', authservId]]);
  while (reader.at < field.length) {
    const key = take(reader, /[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*(?==)/y);
    if (key === null || take(reader, /=/y) === null || values.has(key)) return null;
    const value = takeQuoted(reader) ?? take(reader, MAILBOX) ?? take(reader, TOKEN);
    if (value === null || !endsHere(reader)) return null;
    values.set(key, value);
    skipCfws(reader);
  }
  return { result, values };
}

const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"; // RFC 5322 §3.2.3
const DOT_ATOM = new RegExp(`${ATEXT}(?:\\.${ATEXT})*`, 'y');
const TOKEN = /[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+/y; // RFC 2045 §5.1
const SUB_DOMAIN = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?'; // RFC 5321 §4.1.2
/** RFC 6376 §3.5: domain-name = sub-domain 1*("." sub-domain). */
const DOMAIN_NAME = `${SUB_DOMAIN}(?:\\.${SUB_DOMAIN})+`;
const MAILBOX = new RegExp(`(?:${ATEXT}(?:\\.${ATEXT})*)?@${DOMAIN_NAME}`, 'y');
const QUOTED = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"/y; // RFC 5322 §3.2.4

function take(reader: Reader, form: RegExp): string | null {
  form.lastIndex = reader.at;
  const found = form.exec(reader.text)?.[0] ?? null;
  reader.at += found?.length ?? 0;
  return found;
}

function takeQuoted(reader: Reader): string | null {
  const found = take(reader, QUOTED);
  return found === null ? null : found.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

function endsHere({ text, at }: Reader): boolean {
  return at === text.length || text[at] === ' ' || text[at] === ';';
}

/** RFC 5322 §3.2.2, with its nesting. False, and nothing moved, where there is no whole one. */
function skipComment(reader: Reader): boolean {
  const start = reader.at;
  if (take(reader, /\(/y) === null) return false;
  while (take(reader, /[\x20-\x27\x2a-\x5b\x5d-\x7e]|\\[\x20-\x7e]/y) !== null || skipComment(reader));
  if (take(reader, /\)/y) !== null) return true;
  reader.at = start;
  return false;
}

function skipCfws(reader: Reader): void {
  while (take(reader, / +/y) !== null || skipComment(reader));
}
