import { realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { ExitCode } from '@unsent/dns';
import type { ScanLock, ScanLocks } from '@unsent/store';
import { escapeForTerminal } from '../output/escape.ts';
import type { Shell } from '../shell.ts';
import { isGone, thisProcess } from '../this-process.ts';

const KEEP_EVERY_MS = 60_000;

/**
 * Scans those of the mailboxes that no other run is reading, and says which were left to another. Ends with 6 when
 * there was one and nothing worse happened; with --quiet it is no news, and 0.
 */
export async function withMailboxes(
  shell: Shell,
  locks: ScanLocks,
  labels: readonly string[],
  work: (free: readonly string[]) => Promise<ExitCode>,
): Promise<ExitCode> {
  const holder = thisProcess();
  const named = await Promise.all(labels.map(async (label) => ({ label, name: await lockName(label, shell.cwd) })));
  const names = named.flatMap(({ name }) => name ?? []);
  const now = shell.now();
  const others = await locks.take(names, holder, now, (lock) => isGone(lock, now));
  const free = named.filter(({ name }) => !others.some((lock) => lock.name === name)).map(({ label }) => label);
  const keeping = setInterval(() => void locks.keep(holder, shell.now()).catch(() => undefined), KEEP_EVERY_MS);
  keeping.unref();
  try {
    if (!shell.options.quiet) {
      for (const lock of others) tellOf(shell, lock, named.find(({ name }) => name === lock.name)?.label ?? lock.name);
    }
    const exitCode = free.length === 0 ? 0 : await work(free);
    return exitCode === 0 && others.length > 0 && !shell.options.quiet ? 6 : exitCode;
  } finally {
    clearInterval(keeping);
    await locks.release(holder);
  }
}

/** A path means another mailbox on another host; an address means the same one everywhere. Null: nothing to lock. */
async function lockName(label: string, cwd: string): Promise<string | null> {
  if (label === '-') return null;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(label)) return label;
  const path = await realpath(resolve(cwd, label)).catch(() => resolve(cwd, label));
  return `${hostname()}:${path}`;
}

function tellOf(shell: Shell, { host, pid, since }: ScanLock, label: string): void {
  const where = host === hostname() ? '' : ` on ${host}`;
  const text = `${label}: another run (process ${pid}${where}, since ${since.toISOString()}) is reading it`;
  shell.stderr.write(`unsent: ${escapeForTerminal(text)}\n`);
  shell.stderr.write('  It was left to that one; what is new in it is counted there.\n');
}
