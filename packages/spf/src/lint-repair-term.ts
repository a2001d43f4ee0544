import { TERM_REPAIRS } from './lint-repair-rules.ts';
import { parseSpf } from './parse.ts';
import type { RepairCode } from './repair.ts';

/** The terms that a broken term was meant to be, and what was wrong with it. */
export type RepairedTerm = { readonly code: RepairCode; readonly message: string; readonly terms: readonly string[] };

const MAX_TERM_LENGTH = 512;
const MAX_DEPTH = 3;

/** True if `text` is one well-formed directive or modifier. */
export function isTerm(text: string): boolean {
  return !text.includes(' ') && parseSpf(`v=spf1 ${text}`, 1).problems.length === 0;
}

/**
 * Finds what `term` was meant to be; null when it is good, or beyond help.
 *
 * The first rule wins whose terms are all well-formed, or can be mended in turn: `ipv4:192.0.2.0/25-all` needs two.
 */
export function repairTerm(term: string, depth: number = MAX_DEPTH): RepairedTerm | null {
  if (term.length > MAX_TERM_LENGTH) return null;
  const isGood = isTerm(term);
  for (const rule of TERM_REPAIRS) {
    if (isGood && !rule.alsoIfWellFormed) continue;
    for (const attempt of rule.attempts(term)) {
      const mended = mendAll(attempt.terms, depth - 1);
      if (mended === null) continue;
      return { code: rule.code, message: joinMessages([attempt.message, ...mended.messages]), terms: mended.terms };
    }
  }
  return null;
}

function mendAll(
  terms: readonly string[],
  depth: number,
): { readonly terms: readonly string[]; readonly messages: readonly string[] } | null {
  const done: string[] = [];
  const messages: string[] = [];
  for (const term of terms) {
    const repaired = depth > 0 ? repairTerm(term, depth) : null;
    if (repaired === null && !isTerm(term)) return null;
    done.push(...(repaired?.terms ?? [term]));
    if (repaired !== null) messages.push(repaired.message);
  }
  return { terms: done, messages };
}

function joinMessages(messages: readonly string[]): string {
  return [...new Set(messages)].join('; ');
}
