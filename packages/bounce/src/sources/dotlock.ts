import { stat } from 'node:fs/promises';
import { DEFAULT_LOCK_WAIT_MS, type SourceOptions } from './source.ts';

const LOOK_EVERY_MS = 100;

/** How the lock that mail programs put beside an mbox ended: there is none, it is too old to mean anything, or held. */
export type Dotlock = 'free' | 'stale' | 'held';

/**
 * Waits for `PATH.lock` to go, at most `lockWaitMs`. Node cannot take the lock of the kernel (fcntl), so that this is the only
 * one that is honoured. A lock older than `settleMs` was left by a program that died.
 */
export async function awaitDotlock(
  path: string,
  { lockWaitMs = DEFAULT_LOCK_WAIT_MS, settleMs, now }: SourceOptions,
): Promise<Dotlock> {
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    const lock = await stat(`${path}.lock`).catch(() => null);
    if (lock === null) return 'free';
    if (now().getTime() - lock.mtimeMs >= settleMs) return 'stale';
    if (waited >= lockWaitMs) return 'held';
    await new Promise((resume) => setTimeout(resume, LOOK_EVERY_MS));
  }
}
