import {
  type Ledger,
  type MailSource,
  messageIdentity,
  NO_MEMORY,
  type RawMessage,
  type SourceCursor,
  type SourceMemory,
} from '@unsent/bounce';
import { UnsentError } from '@unsent/dns';
import type { Actor } from '../actions/actor.ts';
import { BATCH_LIMITS, type Batch, inBatches } from './batch.ts';
import { unjudged } from './classified.ts';
import type { Classify } from './classify.ts';
import { type JudgedBatch, type RecordTotals, recorder } from './recorder.ts';

/** What a scan works with. */
export type Pipeline = {
  readonly ledger: Ledger;
  readonly run: number;
  readonly classify: Classify;
  /** Batches that may be on their way at the same time. */
  readonly window: number;
  /** Read and judge what was read before, too. It is not counted again, but its verdict is renewed. */
  readonly again: boolean;
  /** Takes one JSON line per message; null when nobody wants them, and then known messages are not judged again. */
  readonly writeLine: ((line: string) => void) | null;
  /** Does something with the messages of the source; null when nothing is asked for. */
  readonly actor: Actor | null;
  readonly signal: AbortSignal;
  now(): Date;
  /** Called now and then while `source` is being read. */
  onProgress(source: MailSource, messages: number): void;
};

export type SourceTotals = RecordTotals & { readonly read: number };

/** What came of one source. `firstUnreadable`: a message that could not be read, and why. */
export type SourceScan = SourceTotals & { readonly firstUnreadable: string | null };

/** Bytes of messages that may be in memory, unless one message alone has more. */
const MAX_BYTES_UNDERWAY = 24 << 20;

/**
 * Reads a source to its end (or until the signal), judges what is new, and records it in the order of the source, each
 * commit together with how far the source was read.
 */
export async function scanSource(source: MailSource, pipeline: Pipeline): Promise<SourceScan> {
  const { ledger, signal, window } = pipeline;
  const name = pipeline.again ? null : source.name;
  const { memory, forgetGone } = await memoryOf(ledger, name);
  const records = recorder(pipeline);
  const underway: { readonly judged: Promise<JudgedBatch>; readonly sizeBytes: number }[] = [];
  let [read, bytesUnderway] = [0, 0];
  const passOnOldest = async (): Promise<void> => {
    const oldest = underway.shift();
    if (oldest === undefined) return;
    bytesUnderway -= oldest.sizeBytes;
    await records.add(await oldest.judged);
  };
  const reading = untilItBreaks(source.messages(memory));
  try {
    for await (const batch of inBatches(reading.messages, BATCH_LIMITS)) {
      while (
        underway.length >= window ||
        (underway.length > 0 && bytesUnderway + batch.sizeBytes > MAX_BYTES_UNDERWAY)
      ) {
        await passOnOldest();
      }
      const judged = judgeBatch(source, batch, pipeline);
      // If it fails, it is reported when its turn comes; until then nobody waits for it.
      judged.catch(() => undefined);
      underway.push({ judged, sizeBytes: batch.sizeBytes });
      bytesUnderway += batch.sizeBytes;
      read += batch.messages.length;
      pipeline.onProgress(source, read);
      if (signal.aborted) break;
    }
    while (underway.length > 0) await passOnOldest();
    await records.flush();
    reading.throwIfBroken();
    if (!signal.aborted) await pipeline.actor?.perform();
    if (!signal.aborted) await forgetGone();
    const end = source.endPosition?.() ?? null;
    if (name !== null && end !== null && end !== memory.position && !signal.aborted) {
      await ledger.recordBatch(pipeline.run, [], { source: name, position: end, newItems: [] });
    }
  } finally {
    await Promise.allSettled(underway.map(({ judged }) => judged));
  }
  return { read, ...records.totals(), firstUnreadable: records.firstUnreadable() };
}

/** The messages of a source up to where it breaks off: what came before that is as good as ever. */
function untilItBreaks(messages: AsyncIterable<RawMessage>) {
  let broken: { readonly error: UnsentError } | null = null;
  async function* whole(): AsyncGenerator<RawMessage> {
    try {
      yield* messages;
    } catch (error) {
      if (!(error instanceof UnsentError) || !error.code.startsWith('source-')) throw error;
      broken = { error };
    }
  }
  return {
    messages: whole(),
    throwIfBroken(): void {
      if (broken !== null) throw broken.error;
    },
  };
}

/** What is remembered of a source; nothing where it has no name. `forgetGone` drops items that were not there any more. */
export async function memoryOf(
  ledger: Ledger,
  name: string | null,
): Promise<{ readonly memory: SourceMemory; forgetGone(): Promise<void> }> {
  if (name === null) return { memory: NO_MEMORY, forgetGone: async () => {} };
  let gone: readonly string[] = [];
  const memory: SourceMemory = {
    position: await ledger.positionOf(name),
    unread: async (items, isAll = true) => {
      const compared = await ledger.compareItems(name, items);
      // A mailbox without anything may be one that is not mounted.
      if (items.length > 0 && isAll) gone = compared.gone;
      return compared.unread;
    },
    positionOf: (other) => ledger.positionOf(other),
  };
  const forgetGone = async (): Promise<void> => {
    try {
      if (gone.length > 0) await ledger.forgetItems(name, gone);
    } catch (error) {
      // Only room is saved by it: a database that does not let us delete must not end the scan.
      if (!(error instanceof UnsentError) || error.code !== 'store-forbidden') throw error;
    }
  };
  return { memory, forgetGone };
}

/** Finds out what is new in a batch and judges it. Known messages have no result unless lines are wanted. */
async function judgeBatch(source: MailSource, batch: Batch, pipeline: Pipeline): Promise<JudgedBatch> {
  const placed = batch.messages.map((message) => ({
    message,
    at: { identity: messageIdentity(message.bytes, message.cutFromBytes), source: source.label, place: message.place },
  }));
  const readable = placed.filter(({ message }) => message.error === null);
  const known = await pipeline.ledger.known(readable.map(({ at }) => at.identity));
  const { actor } = pipeline;
  const wantsAll = pipeline.again || pipeline.writeLine !== null || actor !== null;
  const wanted = readable.filter(({ at }) => wantsAll || !known.has(at.identity));
  const results = await pipeline.classify(wanted.map(({ message }) => message));
  const found = new Map(wanted.map(({ message }, index) => [message, results[index]]));
  return {
    messages: placed.map(({ message, at }) => {
      const isReadable = message.error === null;
      const result = message.error === null ? (found.get(message) ?? null) : unjudged(pipeline.now(), message.error);
      const isActedOn = isReadable && result !== null && actor?.wants(result) === true;
      return { at, found: result, isReadable, toAct: isActedOn ? message.bytes : null };
    }),
    cursor: cursorAfter(
      source,
      readable.map(({ message }) => message),
    ),
  };
}

function cursorAfter(source: MailSource, readable: readonly RawMessage[]): SourceCursor | null {
  const last = readable.at(-1);
  if (source.name === null || last === undefined) return null;
  return {
    source: source.name,
    position: last.position?.() ?? null,
    newItems: readable.flatMap(({ item }) => item ?? []),
  };
}
