// Table of contents of @unsent/lockdown.
export {
  type Change,
  type ChangePlan,
  type PlanNote,
  type PlanNoteCode,
  REFUSAL_CODES,
  type Refusal,
  type RefusalCode,
} from './change.ts';
export type { Journal, JournalDraft, JournalEntry, JournalFilter, JournalKind, JournalState } from './journal.ts';
export {
  contentOf,
  fingerprint,
  identityOf,
  isModelled,
  isType,
  NO_META,
  type OpaqueRecord,
  type RecordMeta,
  SERVER_MAINTAINED_TYPES,
  snapshotOf,
  txtOf,
  type WantedRecord,
  type ZoneRecord,
  type ZoneSnapshot,
} from './zone.ts';
