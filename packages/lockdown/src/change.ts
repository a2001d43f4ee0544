import type { DomainName } from '@unsent/dns';
import type { WantedRecord, ZoneRecord } from './zone.ts';

/** One step of a plan. `replace` is one step, so that a name never stands without its record in between. */
export type Change =
  | { readonly op: 'create'; readonly record: WantedRecord; readonly why: string }
  | { readonly op: 'replace'; readonly before: ZoneRecord; readonly after: WantedRecord; readonly why: string }
  | { readonly op: 'delete'; readonly record: ZoneRecord; readonly why: string };

/** Why a plan is not applied. `--override CODE` is the one way round. */
export const REFUSAL_CODES = [
  'genuine-mail-seen',
  'host-carries-mail',
  'email-routing-on',
  'not-delegated-here',
  'zone-not-active',
  'zone-changed',
  'drifted',
  'apex-of-subdomain',
  'dkim-key-present',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

export type Refusal = {
  readonly code: RefusalCode;
  readonly message: string;
  /** What to do about it, other than to override; null when the message says it. */
  readonly hint: string | null;
};

/** What the reader of a plan should know and that stops nothing: a name that cannot be covered, a side effect. */
export type PlanNote = { readonly code: PlanNoteCode; readonly message: string };

export type PlanNoteCode =
  | 'mx-choice'
  | 'not-covered'
  | 'left-alone'
  | 'same-site'
  | 'mta-sts'
  | 'rua'
  | 'declared'
  | 'delegation'
  | 'overridden';

/** Plain JSON: can be printed, reviewed, stored, inverted. */
export type ChangePlan = {
  readonly zone: DomainName;
  /** Fingerprint of the snapshot the plan was made from. */
  readonly basedOn: string;
  readonly changes: readonly Change[];
  /** The whole zone as it will be. */
  readonly after: readonly WantedRecord[];
  readonly refusals: readonly Refusal[];
  readonly notes: readonly PlanNote[];
};
