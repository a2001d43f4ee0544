import type { DomainSpec } from './ast.ts';
import { DASH, DOT, isAlpha, isDigit, isUpper, isVisible, PERCENT } from './chars.ts';
import { type Draft, fault } from './parse-draft.ts';
import { readMacroString } from './parse-macro.ts';
import { queryName } from './query-name.ts';

/**
 * Reads the domain-spec that fills the record from `start` to `end` (RFC 7208 §7.1).
 *
 * domain-spec = macro-string domain-end    domain-end = ( "." toplabel [ "." ] ) / macro-expand
 */
export function readDomainSpec(draft: Draft, start: number, end: number): DomainSpec | null {
  const { text } = draft;
  if (start === end) {
    return fault(
      draft,
      'missing-argument',
      Math.max(0, start - 1),
      end,
      'RFC 7208 §7.1',
      'needs a domain name after it',
    );
  }
  let hasMacro = false;
  let hasUpper = false;
  let lastDot = -1;
  // The dot that may close a name is part of no label.
  const nameEnd = text.charCodeAt(end - 1) === DOT ? end - 1 : end;
  for (let i = start; i < nameEnd; i++) {
    const code = text.charCodeAt(i);
    if (code === PERCENT) {
      hasMacro = true;
      break;
    }
    if (!isVisible(code)) return invalid(draft, start, end);
    if (code === DOT) lastDot = i;
    else if (isUpper(code)) hasUpper = true;
  }
  if (hasMacro) return readMacroSpec(draft, start, end);
  if (lastDot === -1 || !isTopLabel(text, lastDot + 1, nameEnd)) return invalid(draft, start, end);
  const spec = text.slice(start, end);
  return { parts: [{ kind: 'text', text: spec }], fixed: queryName(hasUpper ? spec.toLowerCase() : spec) };
}

function readMacroSpec(draft: Draft, start: number, end: number): DomainSpec | null {
  const read = readMacroString(draft, start, end, 'name');
  if (read === null) return null;
  if (!read.endsInMacro) {
    const { text } = draft;
    const nameEnd = text.charCodeAt(end - 1) === DOT ? end - 1 : end;
    // Only a dot after the last macro can begin the top-level label.
    let labelStart = nameEnd;
    while (labelStart > read.literalStart && text.charCodeAt(labelStart - 1) !== DOT) labelStart--;
    if (labelStart === read.literalStart || !isTopLabel(text, labelStart, nameEnd)) return invalid(draft, start, end);
  }
  const only = read.parts.length === 1 ? read.parts[0] : undefined;
  const fixed = only?.kind === 'text' ? queryName(only.text.toLowerCase()) : null;
  return { parts: read.parts, fixed };
}

/**
 * toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
 *
 * That is: letters, digits and inner dashes, and not digits alone.
 */
function isTopLabel(text: string, start: number, end: number): boolean {
  if (start === end || text.charCodeAt(start) === DASH || text.charCodeAt(end - 1) === DASH) return false;
  let digitsOnly = true;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (isDigit(code)) continue;
    if (!isAlpha(code) && code !== DASH) return false;
    digitsOnly = false;
  }
  return !digitsOnly;
}

function invalid(draft: Draft, start: number, end: number): null {
  const message = 'is no domain name: it must end in a dot and a top-level label, or in a macro';
  return fault(draft, 'invalid-domain', start, end, 'RFC 7208 §7.1', message);
}
