import type { Span } from './ast.ts';
import { applyEdits, type LintFinding } from './lint-finding.ts';
import { placesIn } from './lint-places.ts';
import { type RepairedRecord, repairRecord } from './lint-repair.ts';
import { RULES } from './lint-rules.ts';
import { lookupTerms } from './lookup-terms.ts';
import { parseSpf } from './parse.ts';
import type { Repair } from './repair.ts';

/** What is wrong with a record, what would be better, and the record as it should be. */
export type RecordLint = {
  readonly text: string;
  /** Octets of the record's text. */
  readonly octets: number;
  /** Character-strings that the text needs in a TXT record (RFC 7208 §3.3). */
  readonly strings: number;
  /** Terms of this record alone that cost a lookup; those of its includes come on top. */
  readonly lookups: number;
  /** Errors first, then in the order of the text. */
  readonly findings: readonly LintFinding[];
  /** The whole record corrected; null when nothing is to do, or somebody must first decide. */
  readonly fixed: string | null;
};

export type LintOptions = {
  /** The text was read from DNS, so it is cut into character-strings already. Default false. */
  readonly isPublished?: boolean;
};

const MAX_STRING_OCTETS = 255;
const MAX_ROUNDS = 4;

/** Looks at one record, without DNS. Never throws. */
export function lintRecord(text: string, options: LintOptions = {}): RecordLint {
  const repaired = repairRecord(text);
  const current = repaired?.text ?? text;
  const { record, problems } = parseSpf(current);
  const ruled = RULES.flatMap((rule) => rule(record));
  const sourceSpan = placesInSource(repaired);
  const octets = octetsOf(text);
  const strings = Math.max(1, Math.ceil(octets / MAX_STRING_OCTETS));
  const findings: LintFinding[] = [
    ...repairFindings(repaired),
    ...problems.map(({ code, message, span, rfc }) => ({
      code,
      severity: 'error' as const,
      message,
      span: sourceSpan(span),
      rfc,
    })),
    ...ruled.map(({ edits: _edits, ...finding }) => ({ ...finding, span: sourceSpan(finding.span) })),
    ...(options.isPublished === true ? [] : stringFindings(strings)),
  ];
  return {
    text,
    octets,
    strings,
    lookups: lookupTerms(record).length,
    findings: findings.sort(bySeverityAndPlace),
    fixed: fixedText(text, current),
  };
}

/** The record with every repair and edit made, as often as an edit makes another one possible. */
function fixedText(source: string, repaired: string): string | null {
  let text = repaired;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { record, problems } = parseSpf(text);
    if (problems.length > 0) return null;
    const edits = RULES.flatMap((rule) => rule(record)).flatMap(({ edits }) => edits);
    if (edits.length === 0) break;
    text = applyEdits(text, edits);
  }
  return text === source ? null : text;
}

/** The same slip at several places is one finding, at the first of them. */
function repairFindings(repaired: RepairedRecord | null): readonly LintFinding[] {
  const places = new Map<string, { readonly repair: Repair; count: number }>();
  for (const repair of repaired?.repairs ?? []) {
    const same = places.get(repair.message);
    if (same === undefined) places.set(repair.message, { repair, count: 1 });
    else same.count++;
  }
  return [...places.values()].flatMap(({ repair: { code, message, span }, count }) => {
    const text = count === 1 ? message : `${message} (${count} places)`;
    return code === 'dropped' ? [] : [{ code, severity: 'error', message: text, span, rfc: 'RFC 7208 §12' }];
  });
}

function stringFindings(strings: number): readonly LintFinding[] {
  if (strings === 1) return [];
  const message = `longer than the ${MAX_STRING_OCTETS} octets of one character-string: publish it as ${strings} strings in one TXT record`;
  return [{ code: 'long-string', severity: 'advice', message, span: null, rfc: 'RFC 7208 §3.3' }];
}

/** From a place in the record that was looked at to the one in the published text. */
function placesInSource(repaired: RepairedRecord | null): (span: Span | null) => Span | null {
  if (repaired === null || repaired.repairs.length === 0) return (span) => span;
  const placeOf = placesIn(repaired.terms);
  return (span) => (span === null ? null : placeOf(span));
}

function bySeverityAndPlace(a: LintFinding, b: LintFinding): number {
  if (a.severity !== b.severity) return a.severity === 'error' ? -1 : 1;
  return (a.span?.start ?? Number.MAX_SAFE_INTEGER) - (b.span?.start ?? Number.MAX_SAFE_INTEGER);
}

/** TXT data is one character an octet; text typed by people is UTF-8. */
function octetsOf(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return new TextEncoder().encode(text).length;
  return text.length;
}
