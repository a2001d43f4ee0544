import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const pool = new Uint16Array(4096);
let left = 0;

/** An unpredictable number of 16 bits (RFC 5452 §9.2). */
export function randomId(): number {
  if (left === 0) {
    if (!fillFromKernel(pool)) randomFillSync(pool);
    left = pool.length;
  }
  return pool[--left] ?? 0;
}

/** The same numbers without node:crypto, which takes longer to load than a question to be answered. False without the file. */
function fillFromKernel(numbers: Uint16Array): boolean {
  try {
    const file = openSync('/dev/urandom', 'r');
    try {
      return readSync(file, numbers) === numbers.byteLength;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
