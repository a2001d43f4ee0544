import { dirname, join, resolve } from 'node:path';
import { type StoreActions, sqlActions } from './actions.ts';
import { storeError } from './errors.ts';
import { type StoreJournal, sqlJournal } from './journal.ts';
import { type StoreLedger, sqlLedger } from './ledger.ts';
import { type LockedDomains, sqlLockedDomains } from './locked-domains.ts';
import { type Notices, sqlNotices } from './notices.ts';
import { type PolicyCounters, sqlPolicyCounters } from './policy-counters.ts';
import { type Retention, sqlRetention } from './retention.ts';
import { type ScanLocks, sqlScanLocks } from './scan-locks.ts';
import { type JoinSpans, type StoreSentLog, sqlSentLog } from './sent-log.ts';
import { openSqlite, type SqliteOptions } from './sqlite.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { sqlUpkeep, type Upkeep } from './upkeep.ts';

/** What we have seen, decided and done. `Snapshot` and `Plan` are the lockdown package's types, kept as JSON. */
export interface Store<Snapshot, Plan> {
  /** The file that holds it, `:memory:`, or later the database server's name without its password. */
  readonly place: string;
  readonly ledger: StoreLedger;
  readonly actions: StoreActions;
  readonly journal: StoreJournal<Snapshot, Plan>;
  readonly sentLog: StoreSentLog;
  readonly lockedDomains: LockedDomains;
  readonly policyCounters: PolicyCounters;
  readonly scanLocks: ScanLocks;
  readonly notices: Notices;
  readonly retention: Retention;
  readonly upkeep: Upkeep;
  close(): Promise<void>;
}

export type StoreOptions = SqliteOptions & { readonly joinSpans: JoinSpans };

/**
 * Opens the database at `location`: a path, or `:memory:` for one that is forgotten when it is closed.
 *
 * Makes it when it is missing. Throws an `UnsentError` with one of `STORE_ERROR_CODES` when it cannot be used; the
 * database then is what it was before.
 */
export async function openStore<Snapshot, Plan>(
  location: string,
  options: StoreOptions,
): Promise<Store<Snapshot, Plan>> {
  const sql = await openEngine(location, options);
  const isInMemory = location === ':memory:';
  return {
    place: isInMemory ? location : resolve(location),
    ledger: sqlLedger(sql),
    actions: sqlActions(sql),
    journal: sqlJournal<Snapshot, Plan>(sql, isInMemory ? null : join(dirname(resolve(location)), 'journal')),
    sentLog: sqlSentLog(sql, options.joinSpans),
    lockedDomains: sqlLockedDomains(sql),
    policyCounters: sqlPolicyCounters(sql),
    scanLocks: sqlScanLocks(sql),
    notices: sqlNotices(sql),
    retention: sqlRetention(sql),
    upkeep: sqlUpkeep(sql, isInMemory ? location : resolve(location), isInMemory ? null : resolve(location)),
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

function openEngine(location: string, options: SqliteOptions): Promise<SqliteConnection> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1];
  if (scheme !== undefined) throw storeError('store-unsupported', `${scheme}://…`, null);
  return openSqlite(location, options);
}
