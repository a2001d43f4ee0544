import type { RawMessage } from '@unsent/bounce';

/** Messages that are judged together. */
export type Batch = { readonly messages: readonly RawMessage[]; readonly sizeBytes: number };

export type BatchLimits = { readonly messages: number; readonly bytes: number };

/** Large enough for a thread to be worth the way, small enough that little is in memory at a time. */
export const BATCH_LIMITS: BatchLimits = { messages: 100, bytes: 1 << 20 };

/** Gathers messages into batches. A message larger than a batch is one by itself. What came before an error is given first. */
export async function* inBatches(messages: AsyncIterable<RawMessage>, limits: BatchLimits): AsyncGenerator<Batch> {
  let batch: RawMessage[] = [];
  let sizeBytes = 0;
  try {
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
  } catch (error) {
    if (batch.length > 0) yield { messages: batch, sizeBytes };
    throw error;
  }
  if (batch.length > 0) yield { messages: batch, sizeBytes };
}
