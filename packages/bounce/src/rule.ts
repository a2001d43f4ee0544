import type { CaseFacts } from './case.ts';
import type { Evidence, EvidenceStrength } from './verdict.ts';

/** What a rule saw: the fact in one sentence, and where it was read. */
export type Sighting = { readonly fact: string; readonly seenIn: string };

/** One row of the table of rules. Strength and direction belong to the rule, never to the case. */
export type Rule = {
  readonly id: string;
  /** What the rule means and why it is as strong as it is; printed in docs/rules.md. */
  readonly sentence: string;
  readonly strength: EvidenceStrength;
  readonly points: Evidence['points'];
  readonly test: (facts: CaseFacts) => Sighting | null;
};

/** Days and times in facts: `2026-03-02 10:00 UTC`. */
export function timeText(at: Date): string {
  return Number.isNaN(at.getTime()) ? 'an unknown time' : `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
