// Table of contents of @unsent/store.
export type { StoreActions, StoredAction, StoredIntent } from './actions.ts';
export type { OverviewLimits, StoredOverview } from './domain-totals.ts';
export { STORE_ERROR_CODES, type StoreErrorCode } from './errors.ts';
export type {
  StoredDraft,
  StoredJournalEntry,
  StoredJournalFilter,
  StoredJournalKind,
  StoredJournalState,
  StoredWrite,
  StoreJournal,
} from './journal.ts';
export type { StoredCursor, StoredEntry, StoreLedger } from './ledger.ts';
export type { NameCount, StoredFilter, StoredTotals } from './ledger-filter.ts';
export type { LedgerQuestions, Question, StoredHour } from './ledger-questions.ts';
export type { LockedChange, LockedChanges, LockedDomain, LockedDomains, LockedPage } from './locked-domains.ts';
export type { Notices, PendingNotice } from './notices.ts';
export type {
  FailedPiece,
  OthersPiece,
  PieceEnd,
  PieceQueue,
  PieceResult,
  PieceRun,
  PieceStatus,
  PieceWorker,
  QueueRole,
  StoredCut,
  StoredPiece,
  TakenPiece,
} from './piece-queue.ts';
export type {
  CountedName,
  DecisionTotal,
  PolicyCounters,
  StoredDecisionCount,
  StoredDelivery,
  StoredSenderCount,
  StoredTallyBatch,
} from './policy-counters.ts';
export type { CallLimit, RateLimits } from './rate-limits.ts';
export type { StoredLists } from './report-lists.ts';
export type {
  ReportQuestions,
  StoredAggregateReports,
  StoredDay,
  StoredForgery,
  StoredInjector,
  StoredMessage,
} from './report-questions.ts';
export type { Retention } from './retention.ts';
export type { RunEnds } from './run-ends.ts';
export type { LockHolder, ScanLock, ScanLocks } from './scan-locks.ts';
export type {
  JoinSpans,
  StoredCoverage,
  StoredSender,
  StoredSentBatch,
  StoredSpan,
  StoreSentLog,
} from './sent-log.ts';
export type { CopiedTable, CopyWatch } from './state-copy.ts';
export type { Transfer } from './state-import.ts';
export {
  checkShared,
  copyState,
  openPolicyStore,
  openStore,
  type PolicyStore,
  type Store,
  type StoreOptions,
} from './store.ts';
export type { SummaryOptions } from './summaries.ts';
export type { StateDescription, Upkeep } from './upkeep.ts';
export type { LeaseHolder, ZoneLease, ZoneLeases } from './zone-leases.ts';
