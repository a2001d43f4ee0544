// Table of contents of @unsent/spf.
export { domainOf } from './address.ts';
export type {
  Directive,
  DomainSpec,
  MacroLetter,
  MacroPart,
  MacroString,
  Mechanism,
  MechanismName,
  NetworkMechanism,
  Qualifier,
  Span,
  SpfRecord,
  TargetModifier,
  UnknownModifier,
} from './ast.ts';
export {
  type AuthenticationProperty,
  type AuthenticationResult,
  type AuthenticationResults,
  parseAuthenticationResults,
  type SpfStatement,
  spfAuthenticationResult,
  spfStatements,
  writeAuthenticationResults,
} from './authres.ts';
export { type BuiltRecord, buildRecord, type Senders, splitText } from './build-record.ts';
export { checkHost } from './check-host.ts';
export { checkSender, heloSubject, type SenderQuery, type SpfSubject, subjectOf } from './check-sender.ts';
export {
  type HeaderOptions,
  parseReceivedSpf,
  type ReceivedSpf,
  SPF_RESULTS,
  type SpfIdentity,
  type WritableReceivedSpf,
  writeReceivedSpf,
} from './headers.ts';
export { authenticationResultOf, type CheckedIdentity, describeOutcome, receivedSpfOf } from './headers-outcome.ts';
export { type CorrectedRecord, type LaxOutcome, laxOutcome } from './lax.ts';
export { type LintOptions, lintRecord, type RecordLint } from './lint.ts';
export { type DomainLint, lintDomain, lintText } from './lint-domain.ts';
export type { DomainFinding, LintCode, LintFinding, Severity } from './lint-finding.ts';
export { looksLikeSpf, type RepairedRecord, repairRecord } from './lint-repair.ts';
export type { LookupState, LookupTerm, LookupTree, TargetAnswer, VoidCount } from './lookup-tree.ts';
export { mergeRecords } from './merge-records.ts';
export type { Clock, SpfLimits, SpfOptions, SpfQuery } from './options.ts';
export {
  type LimitCode,
  type Matched,
  matchedTerm,
  type NoneReason,
  type Spent,
  type SpfOutcome,
  type SpfProblem,
  type SpfProblemCode,
  type SpfResult,
  type SyntaxCode,
  type TraceNode,
  type TraceQuery,
  type TraceStep,
  type TraceTerm,
} from './outcome.ts';
export { isSpfRecord, parseSpf, type SpfParse } from './parse.ts';
export { networkText, printMacroString, printMechanism, printSpf } from './print.ts';
export { createRecordCache, type RecordCache } from './record-cache.ts';
export type { Repair, RepairCode } from './repair.ts';
export { traceSteps } from './trace.ts';
export { lookupTree, lookupTreeOf } from './tree.ts';
