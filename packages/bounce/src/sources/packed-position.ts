import { createHash } from 'node:crypto';
import { openRegular } from './open-regular.ts';

const PRINT_BYTES = 4096;

/** A packed mbox never grows, so all that is remembered is how many of its messages were read, and whether that is all. */
export type PackedPosition = { readonly count: number; readonly isWhole: boolean };

/**
 * The name by which a packed mbox is remembered, whatever its path: a hash over its size, beginning and end. Behind the
 * packed bytes stand their sum and length (RFC 1952 §2.3.1).
 */
export async function packedName(path: string): Promise<{ readonly name: string; readonly sizeBytes: number }> {
  const {
    file,
    found: { size },
  } = await openRegular(path);
  try {
    const hash = createHash('sha256').update(`${size}`);
    for (const at of [0, Math.max(0, size - PRINT_BYTES)]) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(PRINT_BYTES), 0, PRINT_BYTES, at);
      hash.update(buffer.subarray(0, bytesRead));
    }
    return { name: `packed:${hash.digest('hex').slice(0, 32)}`, sizeBytes: size };
  } finally {
    await file.close();
  }
}

/** A stored position; nothing was read where there is none. */
export function readPackedPosition(text: string | null): PackedPosition {
  const read: unknown = text === null ? null : JSON.parse(text);
  if (typeof read !== 'object' || read === null || !('count' in read) || !('isWhole' in read)) {
    return { count: 0, isWhole: false };
  }
  return { count: Number(read.count), isWhole: read.isWhole === true };
}
