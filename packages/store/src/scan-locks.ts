import { onHost } from './source-names.ts';
import { insertRows, integer, type Row, type Sql, text } from './sql.ts';

/** A process: `start` tells it from a later one with the same number; '' where the system does not say. */
export type LockHolder = { readonly host: string; readonly pid: number; readonly start: string };

/** A mailbox that is being read. `aliveAt`: when its holder last said so. */
export type ScanLock = LockHolder & { readonly name: string; readonly since: Date; readonly aliveAt: Date };

/** Which mailboxes are being read at this moment, and by whom. */
export interface ScanLocks {
  /**
   * Takes those of `names` that are free, or whose holder `isGone`; resolves to the locks of the others. A path is another
   * mailbox on another host. Nothing that is counted depends on it: it keeps two scans from doing the same work.
   */
  take(
    names: readonly string[],
    holder: LockHolder,
    at: Date,
    isGone: (lock: ScanLock) => boolean,
  ): Promise<readonly ScanLock[]>;
  /** Says that the holder is still at work. */
  keep(holder: LockHolder, at: Date): Promise<void>;
  /** Gives back what this process holds: all of it, or the lock `name` alone. */
  release(holder: LockHolder, name?: string): Promise<void>;
  all(): Promise<readonly ScanLock[]>;
}

const COLUMNS = ['name', 'host', 'pid', 'process_start', 'since_at', 'alive_at'] as const;
const IS_HOLDERS = 'host = ? AND pid = ? AND process_start = ?';

/** The locks over an engine. */
export function sqlScanLocks(sql: Sql): ScanLocks {
  return {
    take: (names, holder, at, isGone) => sql.transaction((inside) => take(inside, names, holder, at, isGone), 'soon'),
    keep: (holder, at) =>
      sql.run(`UPDATE scan_lock SET alive_at = ? WHERE ${IS_HOLDERS}`, [at.getTime(), ...valuesOf(holder)]),
    release: (holder, name) => {
      const which = name === undefined ? [] : [onHost(name, holder.host)];
      const only = name === undefined ? '' : ' AND name = ?';
      return sql.run(`DELETE FROM scan_lock WHERE ${IS_HOLDERS}${only}`, [...valuesOf(holder), ...which]);
    },
    all: () => allLocks(sql),
  };
}

async function take(
  sql: Sql,
  names: readonly string[],
  holder: LockHolder,
  at: Date,
  isGone: (lock: ScanLock) => boolean,
): Promise<readonly ScanLock[]> {
  const distinct = [...new Set(names.map((name) => onHost(name, holder.host)))].sort();
  if (distinct.length === 0) return [];
  const held = await allLocks(sql);
  // Also those that nobody asks for any more.
  for (const lock of held.filter(isGone)) {
    await sql.run(`DELETE FROM scan_lock WHERE name = ? AND ${IS_HOLDERS}`, [lock.name, ...valuesOf(lock)]);
  }
  const others = held.filter((lock) => distinct.includes(lock.name) && !isGone(lock) && !isHolders(lock, holder));
  const isOthers = new Set(others.map(({ name }) => name));
  const isOurs = new Set(held.filter((lock) => isHolders(lock, holder)).map(({ name }) => name));
  const wanted = distinct.filter((name) => !isOthers.has(name) && !isOurs.has(name));
  const rows = wanted.map((name) => [name, ...valuesOf(holder), at.getTime(), at.getTime()]);
  // Where transactions do not wait for each other, somebody may have been faster.
  const taken = await insertRows(sql, 'scan_lock', COLUMNS, rows, 'ON CONFLICT (name) DO NOTHING RETURNING name');
  const isTaken = new Set(taken.map((row) => text(row, 'name')));
  const lost = wanted.filter((name) => !isTaken.has(name));
  return lost.length === 0 ? others : [...others, ...(await allLocks(sql)).filter(({ name }) => lost.includes(name))];
}

function isHolders(lock: ScanLock, { host, pid, start }: LockHolder): boolean {
  return lock.host === host && lock.pid === pid && lock.start === start;
}

async function allLocks(sql: Sql): Promise<readonly ScanLock[]> {
  return (await sql.all(`SELECT ${COLUMNS.join(', ')} FROM scan_lock ORDER BY name`)).map(readLock);
}

function valuesOf({ host, pid, start }: LockHolder): [string, number, string] {
  return [host, pid, start];
}

function readLock(row: Row): ScanLock {
  return {
    name: text(row, 'name'),
    host: text(row, 'host'),
    pid: integer(row, 'pid'),
    start: text(row, 'process_start'),
    since: new Date(integer(row, 'since_at')),
    aliveAt: new Date(integer(row, 'alive_at')),
  };
}
