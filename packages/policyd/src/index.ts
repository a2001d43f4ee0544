// Table of contents of @unsent/policyd.
export type { PolicyAction } from './action.ts';
export { addressKey, mustTakeBounces } from './address.ts';
export { type Answerer, type AnswererOptions, createAnswerer, type Investigator } from './answerer.ts';
export {
  type Answers,
  type DeadMx,
  type Decision,
  NOTHING_ASKED,
  type Question,
  type RuleId,
  type Step,
} from './decision.ts';
export { createInvestigator, type InvestigatorOptions } from './investigator.ts';
export { formatLogLine, type LogFields, logFields } from './log-line.ts';
export { type NeverSends, NO_OWN_DOMAINS, type OwnDomains } from './own-domains.ts';
export {
  type Disposition,
  type Dispositions,
  type HeaderPolicy,
  type IdentityPolicy,
  type Policy,
  type PresetName,
  presetPolicy,
  type TrustedHosts,
} from './policy.ts';
export { formatAction, MAX_REQUEST_BYTES, type Taken, takeRequest } from './protocol.ts';
export { attributesOf } from './read-request.ts';
export type { PolicyRequest } from './request.ts';
export type { RuleContext } from './rule-context.ts';
export { nextStep } from './rules.ts';
export { createPolicyServer, type PolicyServer, type PolicyServerOptions } from './server.ts';
export { type PolicyEvents, type Session, type SessionOptions, servePolicy } from './session.ts';
export {
  type Counters,
  createTally,
  type DecisionCount,
  type SenderCount,
  type Strictness,
  type Tally,
  type TallyBatch,
} from './tally.ts';
