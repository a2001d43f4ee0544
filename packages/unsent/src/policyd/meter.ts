import type { DecisionCount, Tally, TallyBatch } from '@unsent/policyd';

/** Decisions that are alike, whatever the hour and the domain. */
export type DecisionSum = Omit<DecisionCount, 'hour' | 'domain'>;

/** A tally that also knows what was counted since the start. Counting costs what it did: sums are made when read. */
export type Meter = { readonly tally: Tally; sums(): readonly DecisionSum[] };

/** Puts the meter between the tally and whoever drains it. */
export function createMeter(tally: Tally): Meter {
  const drained = new Map<string, DecisionSum>();
  return {
    tally: {
      ...tally,
      drain: () => {
        const batch = tally.drain();
        if (batch !== null) addUp(drained, batch);
        return batch;
      },
    },
    sums: () => {
      const now = new Map(drained);
      const waiting = tally.peek();
      if (waiting !== null) addUp(now, waiting);
      return [...now.values()];
    },
  };
}

function addUp(sums: Map<string, DecisionSum>, { decisions }: TallyBatch): void {
  for (const { rule, identity, result, action, count } of decisions) {
    const key = `${rule} ${identity} ${result} ${action}`;
    const known = sums.get(key)?.count ?? 0;
    sums.set(key, { rule, identity, result, action, count: known + count });
  }
}
