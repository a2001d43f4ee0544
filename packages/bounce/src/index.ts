// Table of contents of @unsent/bounce.
export type { MessageKind } from './kind.ts';
export type { DomainTotals, Ledger, LedgerEntry, LedgerFilter, NamedCount, SourceCursor } from './ledger.ts';
export type { HeaderField, HeaderList } from './message.ts';
export type { DomainUse, OwnDomain, OwnDomains } from './own-domains.ts';
export type { EnvelopeHints, MailRead, ReadMessage, ReadOptions } from './read.ts';
export type { BounceReason } from './reason.ts';
export type {
  BounceReport,
  OriginalMessage,
  ReceivedHop,
  RecipientAction,
  RecipientStatus,
  ReportForm,
} from './report.ts';
