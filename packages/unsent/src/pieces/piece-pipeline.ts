import { makePipeline, type OpenPipeline, ownDomains } from '../scan/make-pipeline.ts';
import type { Pipeline } from '../scan/pipeline.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';

/** Gives the pipeline for pieces of a run. */
export type PiecePipelines = { for(run: number): Promise<Pipeline>; close(): Promise<void> };

/**
 * One pipeline at a time, for pieces of one run: with each run a worker learns anew which domains are declared and locked,
 * and what was sent, as a scan does at its start.
 */
export function piecePipelines(shell: Shell, store: Store, jobs: number | null): PiecePipelines {
  let open: (OpenPipeline & { readonly run: number }) | null = null;
  const close = async (): Promise<void> => {
    const last = open;
    open = null;
    await last?.close();
  };
  return {
    close,
    async for(run) {
      if (open?.run === run) return open.pipeline;
      await close();
      const domains = await ownDomains(shell, store);
      const { ledger, sentLog } = store;
      const made = await makePipeline(shell, { run, ledger, domains, sentLog, jobs, again: false, tells: false });
      open = { ...made, run };
      return made.pipeline;
    },
  };
}
