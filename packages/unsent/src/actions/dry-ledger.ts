import type { Ledger } from '@unsent/bounce';

/** A ledger that answers as the real one and writes nothing, so that the run after it finds everything as it was. */
export function dryLedger(ledger: Ledger): Ledger {
  return {
    ...ledger,
    startRun: async () => ({ run: 0, basisBefore: null }),
    finishRun: async () => {},
    forgetItems: async () => {},
    recordBatch: async (_run, entries) => {
      const known = await ledger.known(entries.map(({ identity }) => identity));
      const added = entries.map(({ identity }) => identity).filter((identity) => !known.has(identity));
      return { added: new Set(added), changed: 0 };
    },
  };
}
