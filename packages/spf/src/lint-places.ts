import type { Span } from './ast.ts';

type MadeTerm = { readonly text: string; readonly span: Span };

/**
 * For places in a record that was put together of `terms` with single spaces: those in the text they were made of, of
 * all terms that a place touches. Null for the version in front of them.
 */
export function placesIn(terms: readonly MadeTerm[]): (span: Span) => Span | null {
  const ends: number[] = [];
  let at = 'v=spf1'.length;
  for (const { text } of terms) {
    at += 1 + text.length;
    ends.push(at);
  }
  return (span) => {
    if (span.start < 'v=spf1 '.length) return null;
    const first = terms[firstFrom(ends, span.start)];
    const last = terms[Math.min(firstFrom(ends, span.end), terms.length - 1)];
    return first === undefined || last === undefined ? null : { start: first.span.start, end: last.span.end };
  };
}

/** The index of the first of the ascending `numbers` that is no less than `least`; their count when there is none. */
function firstFrom(numbers: readonly number[], least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
