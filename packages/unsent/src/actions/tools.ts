import type { ActionOutcome, SourceOptions } from '@unsent/bounce';
import type { StoreActions } from '@unsent/store';
import type { ScanAction } from './parse.ts';

/** What the actions on one source work with. */
export type ActorTools = {
  readonly store: StoreActions;
  readonly run: number;
  readonly options: SourceOptions;
  readonly signal: AbortSignal;
  /** Told each thing that was done or could not be; with `dryRun`, each that would be. */
  tell(action: ScanAction, place: string, outcome: ActionOutcome | 'would'): void;
  readonly dryRun: boolean;
};

/** A message on which the actions are to be done. `bytes` are there when one of them is a copy. */
export type Candidate = { readonly identity: string; readonly place: string; readonly bytes: Uint8Array };
