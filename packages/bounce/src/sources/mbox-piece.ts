/** One message cut out of an mbox. */
export type MboxPiece = {
  /** Without its From_ line and without the empty line that parts it from the next; quoting untouched. */
  readonly bytes: Buffer;
  /** Offset in the mbox of the first of `bytes`. */
  readonly offset: number;
  /** Offset in the mbox just behind the message: where the next From_ line is, or the end. */
  readonly end: number;
  /** How many bytes the message has; more than `bytes` holds when it was over the limit. */
  readonly sizeBytes: number;
  /** What ended it. 'open': nothing did but the end of the mbox, so that more of it may be on its way. */
  readonly endedBy: 'next' | 'length' | 'blank-line' | 'open';
  /** True when its Content-Length led over lines that look like From_ lines: such an mbox quotes nothing (mboxcl2). */
  readonly isUnquoted: boolean;
  /** See `SplitterOptions`; the value after this message. */
  readonly lengthTrust: number;
};

export type SplitterOptions = {
  /** Bytes of one message that are kept; the rest is read over. */
  readonly maxMessageBytes: number;
  /** Offset of the first chunk in the mbox. Behind 0, what stands before the first From_ line is skipped. */
  readonly offset: number;
  /**
   * How the Content-Lengths before `offset` fared: those that led to a From_ line, less those that did not. Below 0
   * none is believed: in an mbox that was not written with them, one that fits does so by chance.
   */
  readonly lengthTrust: number;
};
