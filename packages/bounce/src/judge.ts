import type { CaseFacts } from './case.ts';
import { isJudged } from './facts.ts';
import { gatherEvidence } from './rules.ts';
import type { BackscatterVerdict, Evidence } from './verdict.ts';

/**
 * What the facts amount to. Never throws.
 *
 * A decisive fact settles it. Where decisive facts contradict each other the message wins over the domain: what proves
 * that this very message is ours (DKIM, sent log, BATV, our own host seen by the reporter) beats what was declared
 * about the domain in general, because a declaration can be wrong and no genuine bounce may be called backscatter.
 * Without a decisive fact, two strong ones and none against are needed. Weak facts are shown, never counted.
 */
export function judge(facts: CaseFacts): BackscatterVerdict {
  if (!isJudged(facts.kind)) return { kind: 'not-a-bounce', why: `it is of the kind ${facts.kind}` };
  const evidence = gatherEvidence(facts);
  return { kind: weigh(evidence), evidence };
}

const STRONG_FACTS_NEEDED = 2;

/** The verdict that a body of evidence allows. */
export function weigh(evidence: readonly Evidence[]): 'backscatter' | 'genuine' | 'unknown' {
  const count = (points: Evidence['points'], strength: Evidence['strength']): number =>
    evidence.filter((one) => one.points === points && one.strength === strength).length;
  if (count('genuine', 'decisive') > 0) return 'genuine';
  if (count('backscatter', 'decisive') > 0) return 'backscatter';
  const [genuine, backscatter] = [count('genuine', 'strong'), count('backscatter', 'strong')];
  if (backscatter >= STRONG_FACTS_NEEDED && genuine === 0) return 'backscatter';
  if (genuine >= STRONG_FACTS_NEEDED && backscatter === 0) return 'genuine';
  return 'unknown';
}
