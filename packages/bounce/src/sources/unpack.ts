import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { sourceError } from './errors.ts';
import { openRegular } from './open-regular.ts';
import { zstdFrames } from './zstd-frames.ts';

const CUT_SHORT = 'Z_BUF_ERROR';

/** What is unpacked on the way. */
export type Packing = 'gzip' | 'zstd';

/** How a file is packed, by its first bytes; null when it is not, or in a way that is not unpacked here. */
export function packingOf(head: Uint8Array): Packing | null {
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex');
  if (magic.startsWith('1f8b')) return 'gzip';
  return magic === '28b52ffd' ? 'zstd' : null;
}

/**
 * The unpacked bytes of the file at `path`. Throws `source-packed-zstd` where this Node knows no zstd (before 22.15), and
 * what zlib throws where the file is damaged or ends too early.
 */
export async function* unpack(path: string, packing: Packing, label: string): AsyncGenerator<Uint8Array> {
  const unpacker = unpackerFor(packing);
  if (unpacker === null) throw sourceError('source-packed-zstd', label);
  const file = (await openRegular(path)).file.createReadStream();
  file.on('error', (error) => unpacker.destroy(error));
  const frames = packing === 'zstd' ? zstdFrames() : null;
  if (frames !== null) file.on('data', (chunk) => typeof chunk !== 'string' && frames.push(chunk));
  try {
    for await (const chunk of file.pipe(unpacker)) if (chunk instanceof Uint8Array) yield chunk;
    if (frames?.isWhole() === false) throw Object.assign(new Error('unexpected end of file'), { code: CUT_SHORT });
  } finally {
    file.destroy();
    unpacker.destroy();
  }
}

function unpackerFor(packing: Packing): Transform | null {
  if (packing === 'gzip') return zlib.createGunzip();
  const make: unknown = 'createZstdDecompress' in zlib ? zlib.createZstdDecompress : null;
  return typeof make === 'function' ? make() : null;
}

/** Did the packed bytes end before their end, as when the file is still being written? */
export function isCutShort(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === CUT_SHORT;
}
