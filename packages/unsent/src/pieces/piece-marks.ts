import type { ScanLocks } from '@unsent/store';
import { isGone, thisProcess } from '../this-process.ts';

/** Says which piece this worker is at; null: at none. Resolves when that is written. */
export type MarkPiece = (lock: string | null) => Promise<void>;

/**
 * Marks pieces for the status, one mark after the other. Nothing else depends on it: nobody needs to wait for the disk, and
 * where it fails the piece is read all the same.
 */
export function pieceMarks(scanLocks: ScanLocks, now: () => Date): MarkPiece {
  const holder = thisProcess();
  let last: Promise<unknown> = Promise.resolve();
  let held: string | null = null;
  const write = async (lock: string | null): Promise<void> => {
    const at = now();
    if (held !== null) await scanLocks.release(holder, held);
    held = lock;
    if (lock !== null) await scanLocks.take([lock], holder, at, (other) => isGone(other, at));
  };
  return (lock) => {
    const written = last.then(() => write(lock)).catch(() => undefined);
    last = written;
    return written;
  };
}
