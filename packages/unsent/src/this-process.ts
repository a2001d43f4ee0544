import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { LockHolder, ScanLock } from '@unsent/store';

/** A process of another host is given up when it has not said for this long that it is at work. */
const SILENT_MS = 10 * 60_000;
/** Field 22 of proc(5)'s stat, counted behind the name, which may hold blanks. */
const START_FIELD = 19;

/** This process, so that it is told from a later one with the same number, also across a reboot. */
export function thisProcess(): LockHolder {
  return { host: hostname(), pid: process.pid, start: startOf(process.pid) };
}

/** True when the holder of a lock has ended: `kill -9` leaves its locks behind. */
export function isGone(lock: ScanLock, now: Date): boolean {
  if (lock.host !== hostname()) return now.getTime() - lock.aliveAt.getTime() > SILENT_MS;
  return hasEnded(lock);
}

/** True when a process of this host has ended; of one on another host nothing is known here, so false. */
export function hasEnded({ host, pid, start }: LockHolder): boolean {
  if (host !== hostname()) return false;
  if (!isRunning(pid)) return true;
  // Where /proc hides the processes of other users, a number that is in use is believed.
  const startNow = startOf(pid);
  return startNow !== '' && startNow !== start;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When a process began, in a unit of the system's own; '' where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_FIELD] ?? '';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${ticks}`;
  } catch {
    return '';
  }
}
