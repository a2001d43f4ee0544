import type { RawMessage } from '@unsent/bounce';

/** Messages that are judged and recorded together. */
export type Batch = { readonly messages: readonly RawMessage[]; readonly sizeBytes: number };

export type BatchLimits = { readonly messages: number; readonly bytes: number };

/** Large enough that a commit costs little, small enough that little is done twice after a crash. */
export const BATCH_LIMITS: BatchLimits = { messages: 500, bytes: 4 << 20 };

/** Gathers messages into batches. A message larger than a batch is one by itself. */
export async function* inBatches(messages: AsyncIterable<RawMessage>, limits: BatchLimits): AsyncGenerator<Batch> {
  let batch: RawMessage[] = [];
  let sizeBytes = 0;
  for await (const message of messages) {
    const size = message.bytes.length;
    if (batch.length > 0 && (batch.length >= limits.messages || sizeBytes + size > limits.bytes)) {
      yield { messages: batch, sizeBytes };
      batch = [];
      sizeBytes = 0;
    }
    batch.push(message);
    sizeBytes += size;
  }
  if (batch.length > 0) yield { messages: batch, sizeBytes };
}
