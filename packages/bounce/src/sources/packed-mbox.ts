import { explainFileError, sourceError } from './errors.ts';
import { lookAt } from './look.ts';
import { mboxStream } from './mbox.ts';
import { type PackedPosition, packedName, readPackedPosition } from './packed-position.ts';
import type { MailSource, RawMessage, SourceNote, SourceOptions } from './source.ts';
import { isCutShort, type Packing, unpack } from './unpack.ts';

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
  const { name, sizeBytes } = await packedName(realPath);
  const notes: SourceNote[] = [];
  let done = 0;
  return {
    name,
    kind: 'mbox',
    label,
    progress: () => ({ done, total: done === 0 ? sizeBytes : null }),
    notes: () => notes,
    async *messages(memory) {
      const before = readPackedPosition(memory.position);
      if (before.isWhole) return;
      let count = 0;
      try {
        for await (const { message, isLast } of withLast(read(label, realPath, packing, options))) {
          count++;
          done += message.bytes.length;
          const position: PackedPosition = { count, isWhole: isLast };
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

function explainPacking(error: unknown, label: string): unknown {
  const isZlib = error instanceof Error && 'code' in error && /^Z_|^ERR_ZSTD|^ZSTD/.test(String(error.code));
  return isZlib ? sourceError('source-packed-damaged', label, error) : explainFileError(error, label);
}
