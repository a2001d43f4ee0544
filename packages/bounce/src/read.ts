import type { MessageKind } from './kind.ts';
import type { HeaderList } from './message.ts';
import type { BounceReport, ReceivedHop } from './report.ts';

/** To whom the message was delivered, as the receiving side wrote it down. Addresses without brackets, in order, no repeats. */
export type EnvelopeHints = {
  /** Delivered-To, X-Original-To, Envelope-To, X-Envelope-To, Apparently-To. */
  readonly deliveredTo: readonly string[];
  /** To and Cc, which anybody may have written. */
  readonly to: readonly string[];
  /** Return-Path without brackets: '' is the null sender, null means the field is missing. */
  readonly returnPath: string | null;
};

/** One message, read. Never an exception: a message that cannot be read has an `error` and the kind 'ordinary'. */
export type MailRead = {
  readonly kind: MessageKind;
  /** Without angle brackets. */
  readonly messageId: string | null;
  readonly subject: string | null;
  /** The Date header. */
  readonly date: Date | null;
  readonly headers: HeaderList;
  /** The first Received lines of the message itself, topmost first: our own side wrote them. At most 16. */
  readonly received: readonly ReceivedHop[];
  readonly envelope: EnvelopeHints;
  /** Non-null for bounces, complaints and automatic answers. */
  readonly report: BounceReport | null;
  /** What went wrong or was cut short, for the record; null when nothing did. */
  readonly error: string | null;
};

/** Bounds on the work one message may cause. */
export type ReadOptions = {
  /** Bytes beyond this are not looked at. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds after which optional steps are left out. Default 4000. */
  readonly timeLimitMs?: number;
  /** The clock for the time limit: `performance.now` or a test's own. Without it only the other bounds hold. */
  readonly clock?: () => number;
};

/** Reads one message: what kind it is, and what it reports. Never throws and never rejects. */
export type ReadMessage = (bytes: Uint8Array, options?: ReadOptions) => MailRead | Promise<MailRead>;
