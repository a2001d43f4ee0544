import type { CaseFacts } from './case.ts';
import type { Rule } from './rule.ts';
import { DOMAIN_RULES } from './rules-domain.ts';
import { PATH_RULES } from './rules-path.ts';
import { PROOF_RULES } from './rules-proof.ts';
import type { Evidence, EvidenceStrength } from './verdict.ts';

/** Every rule there is, in the order of docs/rules.md. */
export const RULES: readonly Rule[] = [...DOMAIN_RULES, ...PATH_RULES, ...PROOF_RULES];

const ORDER: readonly EvidenceStrength[] = ['decisive', 'strong', 'weak'];

/** The rules that speak in a case, decisive ones first. */
export function gatherEvidence(facts: CaseFacts): readonly Evidence[] {
  const spoken = RULES.flatMap((rule): Evidence[] => {
    const seen = rule.test(facts);
    return seen === null ? [] : [{ rule: rule.id, points: rule.points, strength: rule.strength, ...seen }];
  });
  return ORDER.flatMap((strength) => spoken.filter((one) => one.strength === strength));
}
