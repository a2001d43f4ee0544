import type { Ledger, LedgerEntry, SourceCursor } from '@unsent/bounce';
import type { Actor } from '../actions/actor.ts';
import { type Classified, jsonLine, ledgerEntry, type MessagePlace } from './classified.ts';

/** One message on its way into the ledger; its bytes are gone, unless something is to be done with it. */
type JudgedMessage = {
  readonly at: MessagePlace;
  /** Null: it was known, and nobody wanted to see it again. */
  readonly found: Classified | null;
  /** False when it could not be opened: told, never recorded. */
  readonly isReadable: boolean;
  /** Its bytes, when something is to be done with it. */
  readonly toAct: Uint8Array | null;
};

/** Messages that followed each other in a source, and how far the source was read with them. */
export type JudgedBatch = { readonly messages: readonly JudgedMessage[]; readonly cursor: SourceCursor | null };

export type RecordTotals = {
  /** Counted for the first time. */
  readonly added: number;
  /** Known, and judged otherwise this time. */
  readonly changed: number;
  /** Recorded with an error. */
  readonly faulty: number;
  /** Not read at all: the file could not be opened. They are tried again by the next run. */
  readonly unreadable: number;
};

/** Gathers judged messages and commits many of them at a time. */
export interface Recorder {
  add(batch: JudgedBatch): Promise<void>;
  /** Commits what was gathered. After one that failed, every further one fails. */
  flush(): Promise<void>;
  totals(): RecordTotals;
  /** The first that could not be read, and why; null when there is none. */
  firstUnreadable(): string | null;
}

export type RecorderOptions = {
  readonly ledger: Ledger;
  readonly run: number;
  /** Write new verdicts over those of messages that are known. */
  readonly again: boolean;
  /** Takes one JSON line per message once it is recorded; null when nobody wants them. */
  readonly writeLine: ((line: string) => void) | null;
  readonly actor: Actor | null;
};

/** Large enough that a commit costs little, small enough that little is done twice after a crash. */
const MESSAGES_PER_COMMIT = 500;
const MAX_HELD_BYTES = 16 << 20;

export function recorder({ ledger, run, again, writeLine, actor }: RecorderOptions): Recorder {
  let gathered: JudgedBatch[] = [];
  let count = 0;
  let [added, changed, faulty, unreadable, heldBytes] = [0, 0, 0, 0, 0];
  let firstUnreadable: string | null = null;
  let failure: { readonly error: unknown } | null = null;

  const commit = async (): Promise<void> => {
    const messages = gathered.flatMap((batch) => batch.messages);
    const cursor = joinCursors(gathered.flatMap((batch) => batch.cursor ?? []));
    [gathered, count, heldBytes] = [[], 0, 0];
    const entries = messages.flatMap(entryOf);
    // Before they are recorded: when we are ended in between, they are read and intended once more.
    await actor?.intend(messages.flatMap(({ at, toAct }) => (toAct === null ? [] : [{ ...at, bytes: toAct }])));
    const recorded = await ledger.recordBatch(run, entries, cursor, again ? 'again' : 'once');
    const counted = new Set(recorded.added);
    added += counted.size;
    changed += recorded.changed;
    const closed = messages.filter(({ isReadable }) => !isReadable);
    unreadable += closed.length;
    firstUnreadable ??= closed.map(({ at, found }) => whyOf(at.place, found?.error ?? '')).at(0) ?? null;
    faulty += entries.filter(({ error }) => error !== null).length;
    if (writeLine !== null) for (const line of linesOf(messages, counted)) writeLine(line);
    actor?.recorded();
  };
  const flush = async (): Promise<void> => {
    // What failed is in no commit: a later one, with its position, would leave it behind for good.
    if (failure !== null) throw failure.error;
    if (gathered.length === 0) return;
    await commit().catch((error: unknown) => {
      failure = { error };
      throw error;
    });
  };
  return {
    flush,
    totals: () => ({ added, changed, faulty, unreadable }),
    firstUnreadable: () => firstUnreadable,
    async add(batch) {
      gathered.push(batch);
      count += batch.messages.length;
      for (const { toAct } of batch.messages) heldBytes += toAct?.length ?? 0;
      if (count >= MESSAGES_PER_COMMIT || heldBytes > MAX_HELD_BYTES) await flush();
    },
  };
}

/** Errors of the file system name the file themselves. */
function whyOf(place: string, error: string): string {
  return error.includes(place) ? error : `${place}: ${error}`;
}

/** The JSON lines of what was recorded, given the identities that were counted for the first time. */
function linesOf(messages: readonly JudgedMessage[], counted: Set<string>): readonly string[] {
  return messages.flatMap(({ at, found, isReadable }) => {
    if (found === null) return [];
    // Of two copies in one commit the first one counted.
    const isNew = !isReadable || counted.delete(at.identity);
    return [jsonLine(at, found, !isNew)];
  });
}

function entryOf({ at, found, isReadable }: JudgedMessage): LedgerEntry[] {
  return found === null || !isReadable ? [] : [ledgerEntry(at, found)];
}

/** All of one source: the last position holds for all of them. */
function joinCursors(cursors: readonly SourceCursor[]): SourceCursor | null {
  const last = cursors.at(-1);
  if (last === undefined) return null;
  const position = cursors.findLast((cursor) => cursor.position !== null)?.position ?? null;
  return { source: last.source, position, newItems: cursors.flatMap(({ newItems }) => newItems) };
}
