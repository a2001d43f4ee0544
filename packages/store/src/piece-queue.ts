/** Unread mail of one source, cut into pieces at one time. `Piece` is the scanner's type, kept as JSON. */
export type StoredCut<Piece> = {
  /** What the pieces bring belongs to this run, which is theirs alone. */
  readonly run: number;
  /** Key of the source's cursor. */
  readonly source: string;
  /** For people. */
  readonly label: string;
  /** By what its messages are to be judged: a worker takes pieces of its own kind alone. */
  readonly judgedBy: string;
  /** The cursor's position when the source was cut. */
  readonly before: string | null;
  /** Where the cursor goes once every piece is done, unless somebody else has moved it; null: it stays where it is. */
  readonly until: string | null;
  readonly pieces: readonly StoredPiece<Piece>[];
};

export type StoredPiece<Piece> = {
  readonly piece: Piece;
  /** How many messages are in it; null when that is unknown. */
  readonly messages: number | null;
  /** When a piece that was taken and neither done nor failed goes to another worker. */
  readonly expireSeconds: number;
};

/** A 'worker' also sees to it that pieces of workers that died come back. */
export type QueueRole = 'worker' | 'visitor';

/** A piece in the hands of a worker. */
export type TakenPiece = {
  readonly id: string;
  /** Whoever is at it takes the scan lock of this name, so that the status can tell. */
  readonly lock: string;
  readonly run: number;
  /** Key of the source's cursor where it was cut: of a path with the host. */
  readonly source: string;
  readonly label: string;
  /** As JSON gave it back: whoever takes it checks it. */
  readonly piece: unknown;
  readonly expireSeconds: number;
  /** How often it was taken before. */
  readonly retries: number;
};

/** A piece that waits for workers of another kind. */
export type OthersPiece = { readonly run: number; readonly label: string; readonly judgedBy: string };

/** What came of a piece that is done. `added`: counted for the first time. */
export type PieceResult = {
  /** `HOST:PID`. */
  readonly worker: string;
  readonly messages: number;
  readonly added: number;
  readonly milliseconds: number;
};

/** `isFinal`: the piece will not be tried again. `endsRun`: it was the last of its run; told once. */
export type PieceEnd = { readonly isFinal: boolean; readonly endsRun: boolean };

/**
 * Pieces of mailboxes that any number of workers share. What is counted does not depend on it: a piece that is worked on
 * twice finds its messages known. So every method may be done twice where the answer was lost.
 */
export interface PieceQueue<Piece> {
  /**
   * Puts all pieces of a cut, or none where pieces of the same source are not finished: resolves to the number of those.
   * Dead letters of the source are dropped, because what they held has been cut again. Pieces that are not finished are from
   * now on to be judged by what this cut is: whoever enqueues knows best.
   */
  put(cut: StoredCut<Piece>, retries: number): Promise<number>;
  /** The oldest piece that waits, for one who judges by `judgedBy`; null when there is none, or it is to be judged otherwise. */
  take(judgedBy: string): Promise<TakenPiece | null>;
  /** The oldest piece that waits, where it is to be judged by something else. */
  nextOfOthers(judgedBy: string): Promise<OthersPiece | null>;
  /** The piece is read to its end. With the last piece of a cut, the cursor of its source moves in the same transaction. */
  done(taken: TakenPiece, result: PieceResult, at: Date): Promise<PieceEnd>;
  /** The piece is tried again later; after its last retry it is a dead letter with this reason. */
  fail(taken: TakenPiece, reason: string, at: Date): Promise<PieceEnd>;
  /** Lets the next worker have it at once. It counts as a try, and makes no dead letter. */
  giveBack(taken: TakenPiece): Promise<void>;
  /** Pieces that wait or are worked on. */
  open(): Promise<number>;
  /** Ends runs whose last piece failed because its worker died again and again; resolves to those, each told once. */
  endAbandoned(at: Date): Promise<readonly number[]>;
  status(): Promise<PieceStatus>;
  /** Ends what goes on beside; the connection stays. */
  close(): Promise<void>;
}

/** All workers in one view, at one moment. Times are by the database's clock. */
export type PieceStatus = {
  readonly at: Date;
  /** Runs of which pieces are kept, the newest first. */
  readonly runs: readonly PieceRun[];
  /** Workers that finished a piece within `windowSeconds`, or are at one. */
  readonly workers: readonly PieceWorker[];
  readonly windowSeconds: number;
  /** Dead letters, the oldest first. */
  readonly failed: readonly FailedPiece[];
};

export type PieceRun = {
  readonly run: number;
  readonly label: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  /** All is read, and a worker is at what follows, or has died at it. */
  readonly isEnding: boolean;
  readonly pieces: {
    readonly waiting: number;
    readonly active: number;
    readonly done: number;
    readonly failed: number;
  };
  /** Read in pieces that are done, and counted for the first time by the run so far. */
  readonly messages: number;
  readonly added: number;
  /** Known to be in pieces that are not finished. */
  readonly messagesLeft: number;
};

export type PieceWorker = {
  readonly worker: string;
  readonly pieces: number;
  readonly messages: number;
  /** Over the part of the window in which it worked. */
  readonly messagesPerSecond: number;
  readonly lastDoneAt: Date | null;
  /** The piece that it is at; null when it is at none. */
  readonly at: { readonly label: string; readonly since: Date } | null;
};

export type FailedPiece = {
  readonly label: string;
  readonly run: number;
  readonly piece: unknown;
  readonly reason: string;
  readonly failedAt: Date;
};
