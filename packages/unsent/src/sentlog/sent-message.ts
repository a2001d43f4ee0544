/** One message that a log says was sent. */
export type SentMessage = {
  /** Without angle brackets; null when the log names none. */
  readonly messageId: string | null;
  readonly queueId: string | null;
  /** The host that logged it; '' when the log does not say. */
  readonly host: string;
  /** The envelope sender's domain as logged. */
  readonly senderDomain: string;
  readonly at: Date;
  /** False when it was delivered on this host only: then its id says nothing about the ids of our outgoing mail. */
  readonly wentOut: boolean;
};

/** What one line of a log tells. `at` and `host` count for the time that the log covers. */
export type LogLine =
  | { readonly kind: 'read'; readonly at: Date; readonly host: string; readonly messages: readonly SentMessage[] }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Reads a log line by line. `rest` gives what was still open when the log ended. */
export interface LogReader {
  take(line: string): LogLine;
  rest(): readonly SentMessage[];
}

/** The domain of an address; '' when there is none. */
export function senderDomain(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
