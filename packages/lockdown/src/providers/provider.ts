import type { DomainName } from '@unsent/dns';
import type { Change } from '../change.ts';
import type { ZoneSnapshot } from '../zone.ts';

/** What a provider can store and how much of it at once. The planner asks, so that a plan is never half possible. */
export type ProviderCapabilities = {
  /** MX `0 .` (RFC 7505). */
  readonly nullMx: boolean;
  readonly comments: boolean;
  readonly tags: boolean;
  /** False where all records of a name and type share one TTL, as RFC 2181 §5.2 asks. */
  readonly ttlPerRecord: boolean;
  /** Changes in one `write` that happen together or not at all. */
  readonly maxBatch: number;
};

/** A zone as the provider lists it. */
export type HostedZone = {
  readonly name: DomainName;
  /** The name servers the parent should delegate to; empty when the provider does not know. */
  readonly nameServers: readonly DomainName[];
  /** Null: in service. Otherwise the provider's word for why it is not: `pending`, `moved`, … */
  readonly inactive: string | null;
};

/**
 * A place where zones are kept. See docs/providers/writing-a-provider.md and `providers/contract.ts`.
 *
 * Every method rejects with an `UnsentError` whose message names what is missing: a bad token, a missing permission,
 * an unknown zone. Nothing is retried that writes.
 */
export interface DnsProvider {
  /** As people write it after `--provider`, and as the journal stores it. */
  readonly name: string;
  /** For people: `Cloudflare`. */
  readonly title: string;
  readonly capabilities: ProviderCapabilities;
  /** All zones this account may change; null where they cannot be listed. Asked once in a run over many domains. */
  zones(): Promise<readonly HostedZone[] | null>;
  /** The zone that holds `name`: `name` itself, else the closest above it. Null when there is none. */
  find(name: DomainName): Promise<HostedZone | null>;
  /** The whole zone. Rejects with `zone-unknown` when there is none of that name. */
  read(zone: DomainName): Promise<ZoneSnapshot>;
  /**
   * Brings `changes` about, all or none where the provider can; `base` is the zone they were planned for.
   *
   * A provider that can compare refuses with `zone-changed` when a record it must touch differs from `base`. Any other
   * rejection leaves open whether something was written: the caller reads the zone again.
   */
  write(base: ZoneSnapshot, changes: readonly Change[]): Promise<void>;
  /**
   * Asks for a change of nothing in `zone`: rejects as `write` would where token or key may not write, and changes
   * nothing. Resolves also where only a real change would tell.
   */
  probeWrite(zone: DomainName): Promise<void>;
  /** Closes sockets; the provider is not used afterwards. */
  close(): Promise<void>;
}
