import type { Directive, TargetModifier, UnknownModifier } from './ast.ts';
import { isVisible, quoted } from './chars.ts';
import type { SpfProblem, SyntaxCode } from './outcome.ts';

/** A record while it is read. */
export type Draft = {
  readonly text: string;
  readonly directives: Directive[];
  readonly unknownModifiers: UnknownModifier[];
  readonly problems: SpfProblem[];
  redirect: TargetModifier | null;
  exp: TargetModifier | null;
};

/** Notes a problem with the text from `start` to `end`; `message` follows that text in quotes. Returns null. */
export function fault(
  draft: Draft,
  code: SyntaxCode,
  start: number,
  end: number,
  rfc: SpfProblem['rfc'],
  message: string,
): null {
  const span = { start, end };
  const odd = code === 'not-spf' ? -1 : oddCharacter(draft.text, start, end);
  draft.problems.push(
    odd === -1
      ? problem(draft.text, code, span, rfc, `${quoted(draft.text.slice(start, end))} ${message}`)
      : problem(draft.text, 'not-ascii', { start: odd, end: odd + 1 }, 'RFC 7208 §7.1', oddMessage(draft.text, odd)),
  );
  return null;
}

function problem(
  text: string,
  code: SyntaxCode,
  span: SpfProblem['span'],
  rfc: SpfProblem['rfc'],
  message: string,
): SpfProblem {
  return { code, message, span, text, domain: null, rfc };
}

/** Where the first character stands that no term may hold, or -1. */
function oddCharacter(text: string, start: number, end: number): number {
  for (let i = start; i < end; i++) if (!isVisible(text.charCodeAt(i))) return i;
  return -1;
}

function oddMessage(text: string, at: number): string {
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} cannot stand in a record; terms are separated by plain spaces`;
}
