// Table of contents of @unsent/bounce.
export { type BatvStatus, checkBatvTag, readBatvTag, type TaggedAddress, withoutBatvTag } from './batv.ts';
export type { BounceReason } from './bounce-reason.ts';
export type { CaseFacts, CaseSubject, PathFacts, PathHop, SentLogFacts, SentTime } from './case.ts';
export { type DkimBody, type DkimQuestion, type DkimResult, type DkimStatus, verifyDkim } from './dkim/verify.ts';
export { type Explanation, explain, type ReadFact, type SpokenRule } from './explain.ts';
export { arrivalOf, type CaseContext, gatherFacts, isJudged } from './facts.ts';
export { submitterOf } from './forms/reports.ts';
export { messageIdentity } from './identity.ts';
export { judge } from './judge.ts';
export type { MessageKind } from './kind.ts';
export type {
  DomainTotals,
  HourTotals,
  Ledger,
  LedgerEntry,
  LedgerFilter,
  LedgerQuestion,
  NamedCount,
  SourceCursor,
  Totals,
} from './ledger.ts';
export type { HeaderField, HeaderList } from './mime-header.ts';
export { type BatvKey, type DomainUse, type OwnDomain, type OwnDomains, ownDomains } from './own-domains.ts';
export { originOf } from './path.ts';
export { type EnvelopeHints, type MailRead, type ReadOptions, readMessage } from './read.ts';
export { type Recommendation, type RecommendationCode, type RecommendationKind, recommend } from './recommend.ts';
export type {
  BounceReport,
  OriginalMessage,
  ReceivedHop,
  RecipientAction,
  RecipientStatus,
  ReportForm,
} from './report.ts';
export type { Rule, Sighting } from './rule.ts';
export { RULES } from './rules.ts';
export { rulesPage } from './rules-page.ts';
export {
  type HostCoverage,
  isCovered,
  JOIN_GAP_MS,
  joinSpans,
  MESSAGE_KEY_PREFIX,
  messageIdHost,
  type SentLog,
  type SentLogBatch,
  type SentLogEntry,
  type SentLogStatus,
  sentIdHostKey,
  sentMessageKey,
  sentQueueKey,
  type TimeSpan,
  withCoverageRemembered,
} from './sent-log.ts';
export { openActionMailbox } from './sources/action-mailbox.ts';
export { actionError, SOURCE_ERROR_CODES, type SourceErrorCode } from './sources/errors.ts';
export { expandPath } from './sources/glob.ts';
export { type ImapSources, imapSources } from './sources/imap.ts';
export { accountOf, type ImapAddress, isImapAddress, parseImapAddress } from './sources/imap-address.ts';
export type { ImapAccount, ImapLogin } from './sources/imap-session.ts';
export { mboxEntry, openMboxAppender } from './sources/mbox-append.ts';
export { openSource } from './sources/open.ts';
export { cutSource, parsePiece, pieceOf, pieceText } from './sources/piece.ts';
export {
  type ActionMailbox,
  type ActionOutcome,
  type CutPiece,
  DEFAULT_MAX_MESSAGE_BYTES,
  DEFAULT_SETTLE_MS,
  type MailAction,
  type MailSource,
  NO_MEMORY,
  type Piece,
  type PieceSize,
  type PieceSource,
  type RawMessage,
  type SourceMemory,
  type SourceNote,
  type SourceOptions,
} from './sources/source.ts';
export {
  type BackscatterVerdict,
  backscatterWord,
  type Evidence,
  type EvidenceStrength,
  evidenceIds,
  isDecisive,
} from './verdict.ts';
