import { hostname } from 'node:os';
import type { MailSource } from '@unsent/bounce';
import type { ExitCode } from '@unsent/dns';
import type { ScanLock, ScanLocks } from '@unsent/store';
import { escapeForTerminal } from '../output/escape.ts';
import type { Shell } from '../shell.ts';
import { isGone, thisProcess } from '../this-process.ts';

const KEEP_EVERY_MS = 60_000;

/** Takes a mailbox for this run; false when another run is reading it. */
export type TakeMailbox = (source: MailSource) => Promise<boolean>;

/**
 * Scans those of the mailboxes that no other run is reading, and says which were left to another. A mailbox is known by
 * what it is, however it was named, and is held until the run ends. Ends with 6 when one was left and nothing worse
 * happened; with --quiet it is no news, and 0.
 */
export async function withMailboxLocks(
  shell: Shell,
  locks: ScanLocks,
  work: (take: TakeMailbox) => Promise<ExitCode>,
): Promise<ExitCode> {
  const holder = thisProcess();
  let left = 0;
  const take: TakeMailbox = async ({ name, kind, label }) => {
    // A single message is read before anybody could wait for it.
    if (name === null || kind === 'message') return true;
    const now = shell.now();
    const [other] = await locks.take([name], holder, now, (lock) => isGone(lock, now));
    if (other === undefined) return true;
    left++;
    if (!shell.options.quiet) tellOf(shell, other, label);
    return false;
  };
  const keeping = setInterval(() => void locks.keep(holder, shell.now()).catch(() => undefined), KEEP_EVERY_MS);
  keeping.unref();
  try {
    const exitCode = await work(take);
    return exitCode === 0 && left > 0 && !shell.options.quiet ? 6 : exitCode;
  } finally {
    clearInterval(keeping);
    await locks.release(holder);
  }
}

function tellOf(shell: Shell, { host, pid, since }: ScanLock, label: string): void {
  const where = host === hostname() ? '' : ` on ${host}`;
  const text = `${label}: another run (process ${pid}${where}, since ${since.toISOString()}) is reading it`;
  shell.stderr.write(`unsent: ${escapeForTerminal(text)}\n`);
  shell.stderr.write('  It was left to that one; what is new in it is counted there.\n');
}
