/** One message as a source hands it out: bytes, and where they were. */
export type RawMessage = {
  /** The message without what its container added (From_ line, quoting). Empty when `error` says why. */
  readonly bytes: Uint8Array;
  /** Where it is, for people and for the output: a path, or path and number. */
  readonly place: string;
  /** Its key in a source without an order; null in one that is read from front to back. */
  readonly item: string | null;
  /** In a source with an order: makes the position to go on from, once this message and all before it are recorded. */
  readonly position: (() => string) | null;
  /** The message's size when it is larger than `bytes` because it was cut; null when it is whole. */
  readonly cutFromBytes: number | null;
  /** Why it could not be read; null when it could. Such a message is tried again by the next run. */
  readonly error: string | null;
};

/** What is remembered of a source from earlier runs. */
export type SourceMemory = {
  /** The position after the last recorded message; null when there is none. */
  readonly position: string | null;
  /**
   * Those of `items` that were not read yet, in the same order. `isAll` is false when not all could be listed, so that one
   * that is missing may yet be there.
   */
  unread(items: readonly string[], isAll?: boolean): Promise<readonly string[]>;
  /** The same as `position`, of another source. */
  positionOf(name: string): Promise<string | null>;
};

/** What the end of a source has to say. */
export type SourceNote = { readonly place: string; readonly text: string };

/** What can be done with one message of a mailbox. */
export type MailAction =
  /** `folder`: of the same mailbox, `/` between its parts. */
  | { readonly kind: 'move'; readonly folder: string }
  /** `flag`: flagged, seen, answered, or, on a server, a keyword. */
  | { readonly kind: 'flag' | 'unflag'; readonly flag: string }
  | { readonly kind: 'delete' };

/** Where a message was when it was judged, and what it is known by. */
export type MessageAt = {
  readonly place: string;
  readonly identity: string;
  /** An earlier try was cut off, and may have done it, or half of it. */
  readonly wasTried: boolean;
};

/** 'already': it had the flag. 'gone': it is not there any more. 'changed': something else stands there, and was left. */
export type ActionOutcome =
  | { readonly kind: 'done'; readonly place: string | null }
  | { readonly kind: 'already' | 'gone' | 'changed' }
  | { readonly kind: 'failed'; readonly why: string };

/** A mailbox in which something may be done. */
export interface ActionMailbox {
  /** Key in the list of what was done, and the name by which it can be opened again. */
  readonly source: string;
  /** Is `folder` this very mailbox? */
  isSame(folder: string): boolean;
  /** Throws an `UnsentError` where the action cannot be done at all, before any message is read. */
  check(action: MailAction): Promise<void>;
  act(action: MailAction, message: MessageAt): Promise<ActionOutcome>;
  /** Puts a message back that was moved to `folder` and stands at `message.place`, or where that is ''. */
  moveBack(folder: string, message: MessageAt, placeBefore: string): Promise<ActionOutcome>;
}

/**
 * A part of a mailbox that is read by itself, by whoever reaches the mailbox under the same name. Plain JSON.
 *
 * - 'whole': all that is unread, of what is small or cannot be cut; read as a scan reads it, its cursor included.
 * - 'range': what lies between two positions of the source's cursor, of an mbox or of a folder on an IMAP server.
 * - 'items': these messages of a Maildir or of a folder of messages.
 *
 * `label` is what `openSource` or `imapSources` opens.
 */
export type Piece =
  | { readonly kind: 'whole'; readonly label: string }
  | { readonly kind: 'range'; readonly label: string; readonly after: string | null; readonly until: string }
  | { readonly kind: 'items'; readonly label: string; readonly items: readonly string[] };

/** A piece, and what is in it as far as that is known without reading it. */
export type CutPiece = { readonly piece: Piece; readonly messages: number | null; readonly sizeBytes: number | null };

/** Where a piece ends at the latest. A message larger than `bytes` is a piece of its own. */
export type PieceSize = { readonly messages: number; readonly bytes: number };

/** What a source that can be cut offers beside being read in one go. */
export interface PieceSource {
  /** Cuts what is unread, in order: every message that a scan would read now is in exactly one piece. */
  cut(memory: SourceMemory, size: PieceSize): AsyncIterable<CutPiece>;
  /** The messages of a piece. Throws `source-changed` where the mailbox is not the one that was cut. */
  read(piece: Piece, memory: SourceMemory): AsyncIterable<RawMessage>;
}

/** A mailbox, opened. Its messages are read once. */
export interface MailSource {
  /** Key for the ledger's cursor; the same mailbox has the same name in every run. Null: nothing is remembered. */
  readonly name: string | null;
  readonly kind: 'mbox' | 'maildir' | 'folder' | 'message' | 'stream' | 'imap';
  /** As the user named it. */
  readonly label: string;
  /** How far the reading is, in a unit of the source's own (bytes or messages); `total` is null when unknown. */
  progress(): { readonly done: number; readonly total: number | null };
  /** The messages that are not remembered, in order. */
  messages(memory: SourceMemory): AsyncIterable<RawMessage>;
  /** After the last message: what was left out, and why. */
  notes(): readonly SourceNote[];
  /** After the last message: a position to remember though no message leads to it; null when there is none. */
  endPosition?(): string | null;
  /** How to do something with its messages; none in what is only read. */
  readonly mailbox?: ActionMailbox;
  /** How it is cut into pieces that others read; none in what is read in one go. */
  readonly pieces?: PieceSource;
}

/** Bounds and the clock, for every kind of source. */
export type SourceOptions = {
  /** Bytes of one message that are read; the rest is left out. */
  readonly maxMessageBytes: number;
  /** A message that may be half written is left alone until its file has not changed for this long. */
  readonly settleMs: number;
  /** How long the lock of another program on an mbox is waited for. */
  readonly lockWaitMs?: number;
  now(): Date;
};

/** What is read of one message at most. */
export const DEFAULT_MAX_MESSAGE_BYTES: number = 64 << 20;
export const DEFAULT_SETTLE_MS: number = 5 * 60_000;

export const DEFAULT_LOCK_WAIT_MS: number = 10_000;

/** A source that remembers nothing. */
export const NO_MEMORY: SourceMemory = {
  position: null,
  unread: async (items) => items,
  positionOf: async () => null,
};
