import type { CountedName, DecisionTotal, StoredSenderCount } from '@unsent/store';

/** What was counted since `since`. Of each list the most frequent. */
export type PolicyStats = {
  readonly since: string;
  readonly messages: number;
  readonly blocked: number;
  readonly wouldBlock: number;
  readonly totals: readonly DecisionTotal[];
  readonly refusedDomains: readonly CountedName[];
  /** Sender domains by how their record ends. */
  readonly strictness: readonly CountedName[];
  /** Senders whose record lets everybody send, or says nothing. */
  readonly careless: readonly StoredSenderCount[];
  readonly broken: readonly StoredSenderCount[];
};
