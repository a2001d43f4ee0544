import type { DomainName } from '@unsent/dns';
import type { TallyBatch } from '@unsent/policyd';

/** A domain that `unsent lockdown` locked. */
export type LockedName = { readonly name: DomainName; readonly lockedAt: Date };

/** What the thread that owns the database is started with. */
export type StoreThreadSetup = { readonly place: string };

export type ToStore =
  | { readonly kind: 'count'; readonly batch: TallyBatch }
  /** Writes what is waiting, closes the database, ends. */
  | { readonly kind: 'stop'; readonly batch: TallyBatch | null };

export type FromStore =
  /** The batch is in the database; the next may come. */
  | { readonly kind: 'counted' }
  /** All locked domains, at the start and whenever they change. */
  | { readonly kind: 'locked'; readonly domains: readonly LockedName[] }
  /** The database cannot be used now; it is tried again. */
  | { readonly kind: 'trouble'; readonly why: string };
