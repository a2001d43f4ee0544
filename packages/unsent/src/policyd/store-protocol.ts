import type { TallyBatch } from '@unsent/policyd';
import type { LockedTable } from './locked-table.ts';

/** What is known of the locked domains: all, or what changed since. `lockedAtMs` is null for one that was unlocked. */
export type LockedUpdate =
  | { readonly kind: 'table'; readonly table: LockedTable }
  | {
      readonly kind: 'changes';
      readonly changes: readonly { readonly name: string; readonly lockedAtMs: number | null }[];
    };

/** What the owner of the database is started with. */
export type StoreSetup = {
  readonly place: string;
  /** Where to keep what must outlive an absence of the database; null where the database is a file of this host. */
  readonly cacheFolder: string | null;
  /** A database that is busy for longer is tried again, and meanwhile the lock is free for its holder. */
  readonly busyLimitMs: number;
};

/** Counts with a number that tells them from all others of this daemon, so that they count once. */
export type Delivery = { readonly daemon: string; readonly number: number; readonly batch: TallyBatch };

export type ToStore =
  | { readonly kind: 'count'; readonly delivery: Delivery }
  /** Writes what is waiting, closes the database, ends. */
  | { readonly kind: 'stop'; readonly delivery: Delivery | null };

export type FromStore =
  /** The batch is in the database; the next may come. */
  | { readonly kind: 'counted' }
  /** The locked domains, at the start and whenever they change. */
  | { readonly kind: 'locked'; readonly update: LockedUpdate }
  /** The database cannot be used now; it is tried again. */
  | { readonly kind: 'trouble'; readonly why: string };
