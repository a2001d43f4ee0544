// Table of contents of @unsent/lockdown. What carries a library of its own stands apart: @unsent/lockdown/cloudflare, /contract.

export type { Aim, Desired } from './aim.ts';
export { type ApplyContext, type ApplyOutcome, applyPlan } from './apply.ts';
export {
  type Change,
  type ChangePlan,
  type PlanNote,
  type PlanNoteCode,
  REFUSAL_CODES,
  type Refusal,
  type RefusalCode,
} from './change.ts';
export { desiredRecords, MARK } from './desired.ts';
export { DKIM_REVOKED } from './desired-dkim.ts';
export { mailtoDomain } from './dmarc.ts';
export { isLockedInDns } from './dns-check.ts';
export { type Drift, type DriftedSet, findDrift } from './drift.ts';
export { EXPORT_FORMATS, type ExportFormat, exportPlan } from './export/export.ts';
export { formerMailHosts, withUnfinished } from './former.ts';
export type { Journal, JournalDraft, JournalEntry, JournalFilter, JournalKind, JournalState } from './journal.ts';
export { memoryJournal } from './journal-memory.ts';
export { isDkimText, isDmarcText, isRevokedDkimText, parseTags, SPF_NOBODY } from './kinds.ts';
export {
  DEFAULT_PARTS,
  type LockdownOptions,
  lockdownOptions,
  type MailHost,
  type MxChoice,
  PARTS,
  type Part,
} from './options.ts';
export { makePlan, planLockdown, recordsAfter } from './plan.ts';
export {
  DOMAIN_OUTCOMES,
  type DomainOutcome,
  type DomainResult,
  type PortfolioEnd,
  type PortfolioOptions,
  runPortfolio,
} from './portfolio.ts';
export { type PlanProgress, planProgress } from './progress.ts';
export { modelledRecords, type Proof, type ProofLine, proveNames, provePlan, SAMPLE_CLIENTS } from './proof.ts';
export { type MemoryOptions, type MemoryProvider, type MemoryZone, memoryProvider } from './providers/memory.ts';
export { type Pacer, type PacerOptions, slidingPacer } from './providers/pacer.ts';
export { type PowerdnsOptions, powerdnsProvider } from './providers/powerdns.ts';
export type { DnsProvider, HostedZone, ProviderCapabilities } from './providers/provider.ts';
export { type Rfc2136Options, rfc2136Provider } from './providers/rfc2136.ts';
export { TSIG_ALGORITHMS, type TsigKey } from './providers/tsig.ts';
export { type DomainHistory, findRefusals, overrideRefusals } from './refuse.ts';
export { checkReportAddresses } from './rua.ts';
export { refuseChangedSets, type SetChange, setChanges, zoneChanged } from './sets.ts';
export { settleJournal } from './settle.ts';
export { changesBetween, planUndo, type UndoOptions } from './undo.ts';
export {
  cachesFollowWithinSeconds,
  type Expectation,
  type Mismatch,
  type NamedServer,
  rdataAsText,
  type ServerReport,
  type Verification,
  verifyPlan,
} from './verify.ts';
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
export { zoneFromText } from './zone-from-text.ts';
export { dataText, snapshotText, zoneLine, zoneLines } from './zone-text.ts';
