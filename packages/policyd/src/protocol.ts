import type { PolicyAction } from './action.ts';
import { readRequest } from './read-request.ts';
import type { PolicyRequest } from './request.ts';

/** A request that has not ended by here is no request of Postfix's. */
export const MAX_REQUEST_BYTES = 65_536;

/** A longer text of a refusal would be cut by somebody else. */
const MAX_REFUSAL_CHARACTERS = 900;

/** What stood at the front of a buffer. `length` counts the bytes that were taken. */
export type Taken =
  | { readonly kind: 'request'; readonly request: PolicyRequest; readonly length: number }
  | { readonly kind: 'need-more' }
  | { readonly kind: 'malformed'; readonly why: string };

/** What is read at once costs a second look when it holds more than one request. */
const USUAL_BYTES = 2_048;

/** The end of an attribute's line, and the empty line after it. */
const END = Buffer.from('\n\n');
const LF = 0x0a;

/**
 * Reads one policy request off `buffer`, beginning at `start`.
 *
 * `scanned` is up to where an earlier call found no end: a client that sends byte by byte then costs linear time.
 * A request is `name=value` lines closed by an empty line (Postfix SMTPD_POLICY_README, "Protocol description").
 * 'need-more' while the empty line is missing; 'malformed' past 64 KiB or on a line without '=': the caller then closes
 * the connection. Bytes that are no UTF-8 become U+FFFD. Never throws.
 */
export function takeRequest(buffer: Buffer, start = 0, scanned: number = start): Taken {
  const end = endOfRequest(buffer, start, scanned);
  if (end === -1) {
    return buffer.length - start > MAX_REQUEST_BYTES ? malformed('longer than 64 KiB') : { kind: 'need-more' };
  }
  if (end - start > MAX_REQUEST_BYTES) return malformed('longer than 64 KiB');
  const read = readRequest(buffer, start, end);
  if (typeof read === 'string') return malformed(read);
  return { kind: 'request', request: read.request, length: read.length };
}

function malformed(why: string): Taken {
  return { kind: 'malformed', why };
}

/** The index of a line feed that is an empty line, or -1. Of a long buffer it is the first one. */
function endOfRequest(buffer: Buffer, start: number, scanned: number): number {
  if (buffer[start] === LF) return start;
  // Nearly always one request and nothing else was sent: its end need not be looked for.
  const last = buffer.length - 1;
  if (last - start <= USUAL_BYTES && last > start + 1 && buffer[last] === LF && buffer[last - 1] === LF) return last;
  // The first line feed of the pair may be the last byte that was there before.
  const at = buffer.indexOf(END, Math.max(start, scanned - 1));
  return at === -1 ? -1 : at + 1;
}

/** The reply to one request: a single `action=` line and the empty line that ends it. */
export function formatAction(action: PolicyAction): string {
  return `action=${oneLine(actionText(action))}\n\n`;
}

function actionText(action: PolicyAction): string {
  switch (action.kind) {
    case 'dunno':
      return 'DUNNO';
    case 'reject':
      return cut(`${action.replyCode ?? 'REJECT'} ${action.status} ${action.text}`);
    case 'defer':
      return cut(`DEFER_IF_PERMIT ${action.status} ${action.text}`);
    case 'prepend':
      // Never cut: a field that lost its end says something else, and a stranger's names choose where the end falls. The
      // writers keep to a line of RFC 5322 (998), and Postfix takes longer ones whole.
      return `PREPEND ${action.header}`;
    case 'restriction':
      return action.name;
  }
}

function cut(text: string): string {
  return text.length <= MAX_REFUSAL_CHARACTERS ? text : text.slice(0, MAX_REFUSAL_CHARACTERS);
}

const UNPRINTABLE = /[^\x20-\x7e]/;

/** A line break would end the reply, and with it tell Postfix whatever the sender's domain wrote after it. */
function oneLine(text: string): string {
  return UNPRINTABLE.test(text) ? replaceUnprintable(text) : text;
}

function replaceUnprintable(text: string): string {
  let clean = '';
  for (const character of text) {
    const code = character.charCodeAt(0);
    clean += code < 0x20 || code === 0x7f ? ' ' : code > 0x7e ? '?' : character;
  }
  return clean;
}
