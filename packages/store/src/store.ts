import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type StoreActions, sqlActions } from './actions.ts';
import { storeError } from './errors.ts';
import { type StoreJournal, sqlJournal } from './journal.ts';
import { type StoreLedger, sqlLedger } from './ledger.ts';
import { type LockedDomains, sqlLockedDomains } from './locked-domains.ts';
import { type Notices, sqlNotices } from './notices.ts';
import type { PieceQueue, QueueRole } from './piece-queue.ts';
import { type PolicyCounters, sqlPolicyCounters } from './policy-counters.ts';
import { isPostgres } from './postgres-place.ts';
import { type RateLimits, sqlRateLimits } from './rate-limits.ts';
import { type Retention, sqlRetention } from './retention.ts';
import { type RunEnds, sqlRunEnds } from './run-ends.ts';
import { type ScanLocks, sqlScanLocks } from './scan-locks.ts';
import { type JoinSpans, type StoreSentLog, sqlSentLog } from './sent-log.ts';
import { sourceNames } from './source-names.ts';
import type { Engine } from './sql.ts';
import { openSqlite, type SqliteOptions } from './sqlite.ts';
import { type CopiedTable, type CopyWatch, copyEngine, readUnfinishedCopy } from './state-copy.ts';
import { sqlTransfer, type Transfer } from './state-import.ts';
import { sqlUpkeep, type Upkeep } from './upkeep.ts';
import { sqlZoneLeases, type ZoneLeases } from './zone-leases.ts';

/** What we have seen, decided and done. `Snapshot` and `Plan` are the lockdown package's types, kept as JSON. */
export interface Store<Snapshot, Plan> {
  /** The file that holds it, `:memory:`, or the database server's address without its password. */
  readonly place: string;
  readonly ledger: StoreLedger;
  readonly actions: StoreActions;
  readonly journal: StoreJournal<Snapshot, Plan>;
  readonly sentLog: StoreSentLog;
  readonly lockedDomains: LockedDomains;
  readonly zoneLeases: ZoneLeases;
  readonly rateLimits: RateLimits;
  readonly policyCounters: PolicyCounters;
  readonly scanLocks: ScanLocks;
  readonly notices: Notices;
  readonly runEnds: RunEnds;
  readonly retention: Retention;
  readonly upkeep: Upkeep;
  readonly transfer: Transfer;
  /** Opens the queue of pieces that workers share. Throws `store-not-shared` where the database is a file. */
  pieceQueue(role: QueueRole): Promise<PieceQueue<object>>;
  close(): Promise<void>;
}

export type StoreOptions = SqliteOptions & {
  readonly joinSpans: JoinSpans;
  /** On which host the mailboxes with a path are. Absent: this one. */
  readonly host?: string;
  /** Where the zone-file copies of the journal go when the database is on a server. Null or absent: nowhere. */
  readonly copiesFolder?: string | null;
};

/**
 * Opens the database at `location`: a path, `postgres://…`, or `:memory:` for one that is forgotten when it is closed.
 *
 * Makes it when it is missing. Throws an `UnsentError` with one of `STORE_ERROR_CODES` when it cannot be used; the
 * database then is what it was before.
 */
export async function openStore<Snapshot, Plan>(
  location: string,
  options: StoreOptions,
): Promise<Store<Snapshot, Plan>> {
  const sql = await openEngine(location, options);
  const host = options.host ?? hostname();
  return {
    place: sql.place,
    ledger: sqlLedger(sql, host),
    actions: sqlActions(sql, host),
    journal: sqlJournal<Snapshot, Plan>(sql, copiesFolder(location, options)),
    sentLog: sqlSentLog(sql, options.joinSpans),
    lockedDomains: sqlLockedDomains(sql),
    zoneLeases: sqlZoneLeases(sql),
    rateLimits: sqlRateLimits(sql),
    policyCounters: sqlPolicyCounters(sql),
    scanLocks: sqlScanLocks(sql),
    notices: sqlNotices(sql),
    runEnds: sqlRunEnds(sql, host),
    retention: sqlRetention(sql),
    upkeep: sqlUpkeep(sql),
    transfer: sqlTransfer(sql),
    pieceQueue: async (role) => {
      if (sql.server === null) throw storeError('store-not-shared', sql.place, null);
      return sql.server.pieceQueue(role, sourceNames(sql, host));
    },
    close: () => sql.close(),
  };
}

/** The parts that the policy daemon needs. */
export interface PolicyStore {
  readonly lockedDomains: LockedDomains;
  readonly policyCounters: PolicyCounters;
  close(): Promise<void>;
}

/** Opens the database at `location` like `openStore`, for the policy daemon. */
export async function openPolicyStore(location: string, options: SqliteOptions = {}): Promise<PolicyStore> {
  const sql = await openEngine(location, options);
  return {
    lockedDomains: sqlLockedDomains(sql),
    policyCounters: sqlPolicyCounters(sql),
    close: () => sql.close(),
  };
}

/** Throws `store-not-shared` where `location` is not on a server, so that no file is made for nothing. */
export function checkShared(location: string): void {
  if (!isPostgres(location)) throw storeError('store-not-shared', location, null);
}

/** Opens the database at `location`; one that is half a copy is for nobody but who finishes that. */
async function openEngine(location: string, options: SqliteOptions): Promise<Engine> {
  const sql = await openAnyEngine(location, options);
  const copy = await readUnfinishedCopy(sql);
  if (copy === null) return sql;
  await sql.close();
  throw storeError('store-half-copied', sql.place, `of ${copy.source}`);
}

async function openAnyEngine(location: string, options: SqliteOptions): Promise<Engine> {
  if (isPostgres(location)) return (await import('./postgres.ts')).openPostgres(location, options);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1];
  if (scheme !== undefined) throw storeError('store-unsupported', `${scheme}://…`, null);
  return openSqlite(location, options);
}

/**
 * Carries everything in the database `from` to `to`, of whatever kind, and compares both; see `copyEngine`.
 *
 * `to` is made when it is missing, must be empty, or hold what an earlier try of the same copy left.
 */
export async function copyState(from: string, to: string, watch: CopyWatch): Promise<readonly CopiedTable[]> {
  const source = await openEngine(from, {});
  try {
    const target = await openAnyEngine(to, {});
    try {
      return await copyEngine(source, target, watch);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Beside the file; a server's are wherever the caller keeps things. */
function copiesFolder(location: string, options: StoreOptions): string | null {
  if (location === ':memory:') return null;
  return isPostgres(location) ? (options.copiesFolder ?? null) : join(dirname(resolve(location)), 'journal');
}
