/** Three strengths and no numbers: a number invites tuning that nobody can explain. Weak facts are shown, never counted. */
export type EvidenceStrength = 'decisive' | 'strong' | 'weak';

/** One fact, where it was read, and which way it points. Rules return these; nothing else scores. */
export type Evidence = {
  /** Id of the rule that spoke; listed in docs/rules.md. */
  readonly rule: string;
  readonly points: 'backscatter' | 'genuine';
  readonly strength: EvidenceStrength;
  /** The fact in one sentence. May hold text from mail or DNS: escape it before a terminal sees it. */
  readonly fact: string;
  /** Where it was read: 'the configuration', 'returned Received', … */
  readonly seenIn: string;
};

/** What the evidence amounts to. Evidence is ordered by strength, decisive first. */
export type BackscatterVerdict =
  | { readonly kind: 'backscatter' | 'genuine' | 'unknown'; readonly evidence: readonly Evidence[] }
  | { readonly kind: 'not-a-bounce'; readonly why: string };

/** The verdict in the three words of the JSON output. What is no bounce has none, so it is 'unknown'. */
export function backscatterWord(verdict: BackscatterVerdict): 'yes' | 'no' | 'unknown' {
  switch (verdict.kind) {
    case 'backscatter':
      return 'yes';
    case 'genuine':
      return 'no';
    case 'unknown':
    case 'not-a-bounce':
      return 'unknown';
  }
}

/** Ids of the rules that spoke, in order of strength. */
export function evidenceIds(verdict: BackscatterVerdict): readonly string[] {
  return verdict.kind === 'not-a-bounce' ? [] : verdict.evidence.map((one) => one.rule);
}

/** True when a decisive fact points the way the verdict went. */
export function isDecisive(verdict: BackscatterVerdict): boolean {
  if (verdict.kind === 'not-a-bounce' || verdict.kind === 'unknown') return false;
  return verdict.evidence.some((one) => one.strength === 'decisive' && one.points === verdict.kind);
}
