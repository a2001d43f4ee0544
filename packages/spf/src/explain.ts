import type { Answer } from '@unsent/dns';
import { ask } from './ask.ts';
import { isVisible, SPACE } from './chars.ts';
import type { Check } from './check.ts';
import { expandText } from './macro.ts';
import type { Matched } from './outcome.ts';
import { parseExplanation } from './parse.ts';
import { andThen, type Step } from './step.ts';
import { canNeverMatch, macroValues, targetOf } from './target.ts';

/** Fits an SMTP reply line of 512 octets (RFC 5321 §4.5.3.1.5) with room for a code and a few words before it. */
const MAX_EXPLANATION = 450;

/**
 * The text that the domain's owner publishes for this failure, or null (RFC 7208 §6.2).
 *
 * Whatever goes wrong on the way (no name, no answer, two answers, a syntax error) means no explanation, never
 * another result. It costs no lookup of the ten.
 */
export function explain(check: Check, matched: Matched): Step<string | null> {
  const spec = matched.record.exp?.domain;
  if (spec === undefined || canNeverMatch(check, spec)) return null;
  return andThen(targetOf(check, matched.domain, spec), (name) => {
    if (name === null) return null;
    return ask(check, name, 'TXT', (answer) => {
      const parts = parseExplanation(onlyText(answer) ?? '%');
      if (parts === null) return null;
      return andThen(macroValues(check, matched.domain, parts), (values) =>
        oneLine(expandText(parts, values, MAX_EXPLANATION)),
      );
    });
  });
}

function onlyText(answer: Answer<'TXT'>): string | null {
  if (answer.kind !== 'records' || answer.data.length !== 1) return null;
  return answer.data[0]?.join('') ?? null;
}

/** 7-bit and without control characters: the macros may have brought in anything that a client can say. */
function oneLine(text: string): string {
  let safe = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    safe += isVisible(code) || code === SPACE ? text.charAt(i) : '?';
  }
  return safe;
}
