import { createHash } from 'node:crypto';
import { explainFileError, sourceError } from './errors.ts';
import { lookAt } from './look.ts';
import { mboxStream } from './mbox.ts';
import { openRegular } from './open-regular.ts';
import type { MailSource, RawMessage, SourceNote, SourceOptions } from './source.ts';
import { isCutShort, type Packing, unpack } from './unpack.ts';

const PRINT_BYTES = 4096;

/** A packed mbox never grows, so all that is remembered is how many of its messages were read, and whether that is all. */
type Position = { readonly count: number; readonly isWhole: boolean };

/**
 * An mbox packed with gzip or zstd, as rotation leaves it. It is known by its bytes, not by its name, so that it is not
 * read again when the next rotation renames it.
 */
export async function packedMbox(
  label: string,
  realPath: string,
  packing: Packing,
  options: SourceOptions,
): Promise<MailSource> {
  const { print, sizeBytes } = await printOf(realPath);
  const notes: SourceNote[] = [];
  let done = 0;
  return {
    name: `packed:${print}`,
    kind: 'mbox',
    label,
    progress: () => ({ done, total: done === 0 ? sizeBytes : null }),
    notes: () => notes,
    async *messages(memory) {
      const before = readPosition(memory.position);
      if (before.isWhole) return;
      let count = 0;
      try {
        for await (const { message, isLast } of withLast(read(label, realPath, packing, options))) {
          count++;
          done += message.bytes.length;
          const position: Position = { count, isWhole: isLast };
          if (count > before.count) yield { ...message, position: () => JSON.stringify(position) };
        }
      } catch (error) {
        if (!isCutShort(error)) throw explainPacking(error, label);
        notes.push({ place: label, text: 'ends too early; what is missing is left for the next run' });
      }
    },
  };
}

async function* read(
  label: string,
  path: string,
  packing: Packing,
  options: SourceOptions,
): AsyncGenerator<RawMessage> {
  async function* checked(): AsyncGenerator<Uint8Array> {
    let isFirst = true;
    for await (const chunk of unpack(path, packing, label)) {
      if (isFirst && lookAt(chunk) !== 'mbox') throw sourceError('source-not-mail', label);
      isFirst = false;
      yield chunk;
    }
  }
  yield* mboxStream(checked(), label, options);
}

/** Holds each one back until it is known whether another follows. One before a failure is not handed out. */
async function* withLast(messages: AsyncIterable<RawMessage>) {
  let held: RawMessage | null = null;
  for await (const message of messages) {
    if (held !== null) yield { message: held, isLast: false };
    held = message;
  }
  if (held !== null) yield { message: held, isLast: true };
}

/** Over its size, beginning and end: behind the packed bytes stand their sum and length (RFC 1952 §2.3.1). */
async function printOf(path: string): Promise<{ readonly print: string; readonly sizeBytes: number }> {
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
    return { print: hash.digest('hex').slice(0, 32), sizeBytes: size };
  } finally {
    await file.close();
  }
}

function explainPacking(error: unknown, label: string): unknown {
  const isZlib = error instanceof Error && 'code' in error && /^Z_|^ERR_ZSTD|^ZSTD/.test(String(error.code));
  return isZlib ? sourceError('source-packed-damaged', label, error) : explainFileError(error, label);
}

function readPosition(text: string | null): Position {
  const read: unknown = text === null ? null : JSON.parse(text);
  if (typeof read !== 'object' || read === null || !('count' in read) || !('isWhole' in read)) {
    return { count: 0, isWhole: false };
  }
  return { count: Number(read.count), isWhole: read.isWhole === true };
}
