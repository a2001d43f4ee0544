import type { DnsRecord, DomainName } from '@unsent/dns';
import type { PlanNote } from './change.ts';
import type { ZoneFacts } from './facts.ts';
import type { Ownership } from './kinds.ts';
import type { LockdownOptions } from './options.ts';
import type { ProviderCapabilities } from './providers/provider.ts';
import type { OpaqueRecord, WantedRecord } from './zone.ts';

/**
 * What should stand at one name and type: of the records that `owns` names, exactly `wanted` and no other.
 *
 * An empty `wanted` clears them away.
 */
export type Aim = {
  readonly name: DomainName;
  readonly type: string;
  readonly owns: Ownership;
  readonly wanted: readonly WantedRecord[];
  readonly why: string;
};

/** The state a lockdown leads to, and what it cannot or will not do. */
export type Desired = { readonly aims: readonly Aim[]; readonly notes: readonly PlanNote[] };

/** What each part is told. */
export type DesiredContext = {
  readonly facts: ZoneFacts;
  readonly options: LockdownOptions;
  readonly capabilities: ProviderCapabilities;
  /** Makes a record of ours: the options' TTL, and the mark where the provider keeps comments. */
  wanted(record: Unfinished): WantedRecord;
};

export type WithoutTtl<R> = R extends unknown ? Omit<R, 'ttlSeconds'> : never;

/** A record before TTL and metadata are filled in. */
type Unfinished = WithoutTtl<DnsRecord | OpaqueRecord>;
