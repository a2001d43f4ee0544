import type { Span } from './ast.ts';
import type { CleanText } from './lint-characters.ts';
import { isTerm } from './lint-repair-term.ts';
import type { Repair } from './repair.ts';

/** What stands between two spaces, and its place in the published text. */
export type Token = { readonly text: string; readonly span: Span };

/** Splits a cleaned text from `start` on at spaces. */
export function splitTokens(clean: CleanText, start: number): readonly Token[] {
  const tokens: Token[] = [];
  let from = start;
  for (let at = start; at <= clean.text.length; at++) {
    if (at < clean.text.length && clean.text[at] !== ' ') continue;
    const [first, last] = [clean.spans[from], clean.spans[at - 1]];
    if (at > from && first !== undefined && last !== undefined) {
      tokens.push({ text: clean.text.slice(from, at), span: { start: first.start, end: last.end } });
    }
    from = at + 1;
  }
  return tokens;
}

/** Puts together what a needless space has torn apart: `ip4: 192.0.2.1`, `~ all`, `192.0.2.0 /24`. */
export function joinBroken(tokens: readonly Token[]): {
  readonly tokens: readonly Token[];
  readonly repairs: readonly Repair[];
} {
  const joined: Token[] = [];
  const repairs: Repair[] = [];
  for (const token of tokens) {
    const before = joined.at(-1);
    const glue = before === undefined ? null : glueBetween(before.text, token.text);
    if (before === undefined || glue === null) {
      joined.push(token);
      continue;
    }
    const text = before.text + glue + token.text;
    const span = { start: before.span.start, end: token.span.end };
    joined[joined.length - 1] = { text, span };
    repairs.push({ code: 'needless-space', message: messageFor(before.text, token.text), span, replacement: text });
  }
  return { tokens: joined, repairs };
}

const NEEDS_ARGUMENT = ['ip4', 'ip6', 'ipv4', 'ipv6', 'ip', 'include', 'exists', 'redirect', 'exp'];

/** What joins two tokens that belong together: '' or ':'. Null when they are two terms. */
function glueBetween(before: string, after: string): string | null {
  const bare = before.replace(/^[-+~?]/, '').toLowerCase();
  if (bare === '')
    return /^(all|a|mx|ptr|ip[46]|include|exists)([:/]|$)/i.test(after) && before.length === 1 ? '' : null;
  if (/^\/\d{1,3}$/.test(after) || /^\/\/\d{1,3}$/.test(after)) return '';
  if (/^\d{1,3}$/.test(after) && before.endsWith('/')) return '';
  const needsMore = /^[a-z0-9]+[:=]$/.test(bare) && !isTerm(after) && !/^[-+~?]?[a-z]\w*[:=]/i.test(after);
  if (needsMore) return '';
  if (NEEDS_ARGUMENT.includes(bare)) {
    if (after.startsWith(':') || after.startsWith('=')) return '';
    return isTerm(after) || !/[.:]/.test(after) ? null : ':';
  }
  return ['a', 'mx', 'ptr'].includes(bare) && /^:./.test(after) ? '' : null;
}

function messageFor(before: string, after: string): string {
  if (before.length === 1) return `"${before}" and "${after}" must not be parted by a space`;
  return after.startsWith(':') || after.startsWith('/')
    ? `there must be no space before "${after}"`
    : `there must be no space after "${before}"`;
}
