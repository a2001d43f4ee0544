import type { Span } from './ast.ts';
import { quoted } from './chars.ts';
import type { Frame } from './check.ts';
import type { Failure } from './match.ts';
import type { LimitCode, SpfProblem } from './outcome.ts';

/** A permerror of the term at `span` of the frame's record; `message` follows the term in quotes. */
export function termProblem(
  frame: Frame,
  span: Span,
  code: LimitCode,
  rfc: SpfProblem['rfc'],
  message: string,
): Failure {
  const { text } = frame.record;
  const term = quoted(text.slice(span.start, span.end));
  return {
    result: 'permerror',
    problem: { code, message: `${term} ${message}`, span, text, domain: frame.domain, rfc },
  };
}

export function tooManyLookups(frame: Frame, span: Span, limit: number): Failure {
  const message = `is the term after the ${limit} that may ask DNS`;
  return termProblem(frame, span, 'too-many-lookups', 'RFC 7208 §4.6.4', message);
}

export function tooManyVoids(frame: Frame, span: Span, limit: number): Failure {
  const message = `gets no answer, and ${limit} void lookups are allowed`;
  return termProblem(frame, span, 'too-many-void-lookups', 'RFC 7208 §4.6.4', message);
}
