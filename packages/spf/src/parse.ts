import type { MacroString, Qualifier, SpfRecord } from './ast.ts';
import { COLON, EQUALS, isAlpha, isNameCharacter, isWord, SLASH, SPACE } from './chars.ts';
import type { SpfProblem } from './outcome.ts';
import { readDomainSpec } from './parse-domain.ts';
import { type Draft, fault } from './parse-draft.ts';
import { readPlainIp4 } from './parse-ip4.ts';
import { readMacroString } from './parse-macro.ts';
import { readMechanism } from './parse-mechanism.ts';

/** `record` holds the well-formed terms. With any problem the whole record is a permerror (RFC 7208 §4.6). */
export type SpfParse = { readonly record: SpfRecord; readonly problems: readonly SpfProblem[] };

const VERSION = 'v=spf1';

/**
 * Reads one SPF record, the character-strings of its TXT joined, and reports every syntax problem with its place.
 *
 * A text that does not begin with `v=spf1` and a space or the end has the one problem `not-spf`. Stops after
 * `maxProblems` (default 100). Never throws; linear in the length of `text`.
 */
export function parseSpf(text: string, maxProblems = 100): SpfParse {
  const draft: Draft = { text, directives: [], unknownModifiers: [], problems: [], redirect: null, exp: null };
  if (isSpfRecord(text)) readTerms(draft, maxProblems);
  else fault(draft, 'not-spf', 0, Math.min(text.length, VERSION.length), 'RFC 7208 §4.5', 'is not v=spf1');
  const { directives, redirect, exp, unknownModifiers, problems } = draft;
  return { record: { text, directives, redirect, exp, unknownModifiers }, problems };
}

/** Is this TXT an SPF record: `v=spf1`, in any ASCII case, then a space or the end (RFC 7208 §4.5)? */
export function isSpfRecord(text: string): boolean {
  const { length } = VERSION;
  return isWord(text, 0, length, VERSION) && (text.length === length || text.charCodeAt(length) === SPACE);
}

/** The explanation's text as a macro-string, spaces and all macro letters allowed; null if it is none (RFC 7208 §6.2). */
export function parseExplanation(text: string): MacroString | null {
  const draft: Draft = { text, directives: [], unknownModifiers: [], problems: [], redirect: null, exp: null };
  return readMacroString(draft, 0, text.length, 'text')?.parts ?? null;
}

// terms = *( 1*SP ( directive / modifier ) )    Only spaces separate: a tab is a syntax error.
function readTerms(draft: Draft, maxProblems: number): void {
  const { text, problems } = draft;
  const { length } = text;
  let start = VERSION.length;
  while (start < length && problems.length < maxProblems) {
    if (text.charCodeAt(start) === SPACE) {
      start++;
      continue;
    }
    const plainEnd = readPlainIp4(draft, start);
    if (plainEnd !== -1) {
      start = plainEnd;
      continue;
    }
    const nextSpace = text.indexOf(' ', start);
    const end = nextSpace === -1 ? length : nextSpace;
    readTerm(draft, start, end);
    start = end + 1;
  }
}

function readTerm(draft: Draft, start: number, end: number): void {
  const { text } = draft;
  const qualifier = qualifierOf(text.charCodeAt(start));
  const nameStart = qualifier === null ? start : start + 1;
  let nameEnd = nameStart;
  while (nameEnd < end && isNameCharacter(text.charCodeAt(nameEnd))) nameEnd++;
  const stop = text.charCodeAt(nameEnd);
  if (nameEnd < end && stop === EQUALS) {
    readModifier(draft, start, nameEnd, end);
    return;
  }
  if (nameEnd === nameStart || (nameEnd < end && stop !== COLON && stop !== SLASH)) {
    fault(draft, 'unknown-mechanism', start, end, 'RFC 7208 §4.6.1', 'is neither a mechanism nor a modifier');
    return;
  }
  const mechanism = readMechanism(draft, nameStart, nameEnd, end);
  if (mechanism !== null) draft.directives.push({ qualifier: qualifier ?? '+', mechanism, span: { start, end } });
}

function qualifierOf(code: number): Qualifier | null {
  switch (code) {
    case 0x2b:
      return '+';
    case 0x2d:
      return '-';
    case 0x7e:
      return '~';
    case 0x3f:
      return '?';
    default:
      return null;
  }
}

// modifier = redirect / explanation / unknown-modifier    A name begins with a letter and takes no qualifier.
function readModifier(draft: Draft, start: number, nameEnd: number, end: number): void {
  const { text } = draft;
  if (!isAlpha(text.charCodeAt(start))) {
    fault(
      draft,
      'invalid-modifier',
      start,
      end,
      'RFC 7208 §4.6.1',
      'is no modifier: its name must begin with a letter',
    );
  } else if (isWord(text, start, nameEnd, 'redirect')) {
    readTargetModifier(draft, 'redirect', start, nameEnd, end);
  } else if (isWord(text, start, nameEnd, 'exp')) {
    readTargetModifier(draft, 'exp', start, nameEnd, end);
  } else {
    const value = readMacroString(draft, nameEnd + 1, end, 'modifier');
    if (value === null) return;
    const name = text.slice(start, nameEnd);
    draft.unknownModifiers.push({ name, value: value.parts, span: { start, end } });
  }
}

function readTargetModifier(draft: Draft, name: 'redirect' | 'exp', start: number, nameEnd: number, end: number): void {
  // RFC 7208 §6: neither may appear twice.
  if (draft[name] !== null) {
    fault(draft, 'duplicate-modifier', start, end, 'RFC 7208 §6', `is the second ${name} of this record`);
    return;
  }
  const domain = readDomainSpec(draft, nameEnd + 1, end);
  if (domain !== null) draft[name] = { domain, span: { start, end } };
}
