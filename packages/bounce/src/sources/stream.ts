import { explainBreak, sourceError } from './errors.ts';
import { HEAD_BYTES, lookAt } from './look.ts';
import { mboxStream } from './mbox.ts';
import type { MailSource, RawMessage, SourceOptions } from './source.ts';

/** Standard input or a pipe: an mbox or one message. Nothing of it is remembered but what it says. */
export function streamSource(label: string, input: AsyncIterable<Uint8Array>, options: SourceOptions): MailSource {
  let done = 0;
  return {
    name: null,
    kind: 'stream',
    label,
    progress: () => ({ done, total: null }),
    notes: () => [],
    async *messages() {
      const chunks = counted(input, (bytes) => {
        done += bytes;
      });
      const { head, rest } = await peek(chunks).catch((error: unknown) => {
        throw explainBreak(error, label, 0);
      });
      switch (lookAt(head)) {
        case 'empty':
          return;
        case 'compressed':
          throw sourceError('source-compressed', label);
        case 'mbox':
          yield* mboxStream(rest, label, options);
          return;
        case 'message':
          yield await oneMessage(rest, label, options).catch((error: unknown) => {
            throw explainBreak(error, label, 0);
          });
          return;
        case 'other':
          throw sourceError('source-not-mail', label);
      }
    },
  };
}

async function* counted(input: AsyncIterable<Uint8Array>, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of input) {
    count(chunk.length);
    yield chunk;
  }
}

/** Reads enough to look at, and gives all of it back in front of the rest. */
async function peek(chunks: AsyncGenerator<Uint8Array>) {
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    first.push(next.value);
    length += next.value.length;
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield* first;
    yield* chunks;
  }
  return { head: Buffer.concat(first).subarray(0, HEAD_BYTES), rest: rest() };
}

async function oneMessage(
  chunks: AsyncIterable<Uint8Array>,
  label: string,
  { maxMessageBytes }: SourceOptions,
): Promise<RawMessage> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    if (size < maxMessageBytes) kept.push(chunk.subarray(0, maxMessageBytes - size));
    size += chunk.length;
  }
  const cutFromBytes = size > maxMessageBytes ? size : null;
  return { bytes: Buffer.concat(kept), place: label, item: null, position: null, cutFromBytes, error: null };
}
