import type { IpAddress } from '@unsent/dns';
import { mailboxOf } from './address.ts';
import { parseMailDate } from './mime-date.ts';
import { type HeaderBlock, rawHeader, rawHeaders, readHeaderBlock } from './mime-header.ts';
import { decodeHeaderValue } from './mime-words.ts';
import { injectingAddress } from './original-injector.ts';
import { parseReceived } from './original-received.ts';
import type { OriginalMessage, ReceivedHop } from './report.ts';

/** Where a returned message was found, and what that place promises about it. */
export type OriginalForm = 'message' | 'headers' | 'text';

const MAX_HOPS = 50;
const MAX_HEADER_BYTES = 1_048_576;

/**
 * Reads a returned message from its bytes (one per char, LF line ends).
 *
 * `handedOver` is the address that the report itself names as the sender's host; it counts only when the returned
 * header has no Received line. Returns null when nothing in the bytes looks like a header.
 */
export function readOriginal(bytes: string, form: OriginalForm, handedOver: IpAddress | null): OriginalMessage | null {
  const start = firstContent(bytes);
  const header = readHeaderBlock(bytes, start, Math.min(bytes.length, start + MAX_HEADER_BYTES));
  if (!looksLikeHeader(header)) return null;
  return new LazyOriginal({ bytes, start, header, form, handedOver });
}

type OriginalParts = {
  readonly bytes: string;
  readonly start: number;
  readonly header: HeaderBlock;
  readonly form: OriginalForm;
  readonly handedOver: IpAddress | null;
};

// Counting a mailbox's bounces needs neither the body nor the hops below the reporter: they are read when asked.
// A class for the same reason as `LazyMailRead`: getters of an object literal are slow.
class LazyOriginal implements OriginalMessage {
  readonly completeness: OriginalMessage['completeness'];
  readonly headerFrom: string | null;
  readonly messageId: string | null;
  readonly envelopeSender: string | null;
  readonly injectedBy: IpAddress | null;
  readonly #parts: OriginalParts;
  readonly #hops: (ReceivedHop | null)[];

  constructor(parts: OriginalParts) {
    const { header, handedOver } = parts;
    this.#parts = parts;
    this.#hops = rawHeaders(header, 'received')
      .slice(0, MAX_HOPS)
      .map(() => null);
    this.completeness = completenessOf(parts);
    this.headerFrom = mailboxOf(decodeHeaderValue(rawHeader(header, 'from'))) || null;
    this.messageId = messageIdOf(rawHeader(header, 'message-id'));
    this.envelopeSender = envelopeSenderOf(header);
    this.injectedBy = injectingAddress(this.#inOrder()) ?? (this.#hops.length === 0 ? handedOver : null);
  }

  get date(): Date | null {
    return parseMailDate(decodeHeaderValue(rawHeader(this.#parts.header, 'date')));
  }

  get subject(): string | null {
    return subjectOf(this.#parts.header);
  }

  get headerBytes(): Buffer {
    const { bytes, start, header } = this.#parts;
    return Buffer.from(bytes.slice(start, header.end), 'latin1');
  }

  get bodyBytes(): Buffer | null {
    const { bytes, header } = this.#parts;
    return this.completeness === 'full' ? Buffer.from(bytes.slice(header.bodyStart), 'latin1') : null;
  }

  get receivedChain(): readonly ReceivedHop[] {
    return this.#hops.map((_, at) => this.#hop(at));
  }

  *#inOrder(): Generator<ReceivedHop> {
    for (const at of this.#hops.keys()) yield this.#hop(at);
  }

  #hop(at: number): ReceivedHop {
    const hop = this.#hops[at] ?? parseReceived(rawHeaders(this.#parts.header, 'received')[at] ?? '');
    this.#hops[at] = hop;
    return hop;
  }
}

/** A Message-ID without its brackets; null when the header holds none. */
export function messageIdOf(raw: string): string | null {
  const text = decodeHeaderValue(raw);
  const open = text.indexOf('<');
  const close = text.indexOf('>', open + 1);
  const id = open === -1 ? text : text.slice(open + 1, close === -1 ? undefined : close);
  return id.trim().replace(/\s+/g, '') || null;
}

function firstContent(bytes: string): number {
  let at = 0;
  while (bytes.charCodeAt(at) === 10 || bytes.charCodeAt(at) === 32) at += 1;
  if (!bytes.startsWith('From ', at)) return at;
  const end = bytes.indexOf('\n', at);
  return end === -1 ? at : end + 1;
}

const TELLING = ['from', 'message-id', 'received', 'return-path', 'to', 'subject', 'date', 'dkim-signature'];

function looksLikeHeader(header: HeaderBlock): boolean {
  return TELLING.some((name) => header.byName.has(name));
}

function completenessOf({ bytes, header, form }: OriginalParts): OriginalMessage['completeness'] {
  const isWhole = header.byName.has('from') && (header.byName.has('received') || header.byName.has('message-id'));
  if (!isWhole) return 'fragment';
  return form === 'message' && header.bodyStart < bytes.length ? 'full' : 'headers';
}

const ENVELOPE_HEADERS = [
  'return-path',
  'x-envelope-from',
  'x-original-sender',
  'x-envelope-sender',
  'x-postfix-sender',
];
const ENVELOPE_IN_RECEIVED = /envelope[- ](?:from|sender):?\s{0,3}<([^<>\s]{0,320})>/i;

function envelopeSenderOf(header: HeaderBlock): string | null {
  for (const name of ENVELOPE_HEADERS) {
    const address = header.byName.has(name) ? mailboxOf(decodeHeaderValue(rawHeader(header, name))) : null;
    if (address !== null) return address;
  }
  return ENVELOPE_IN_RECEIVED.exec(rawHeader(header, 'received').slice(0, 2000))?.[1] ?? null;
}

function subjectOf(header: HeaderBlock): string | null {
  return header.byName.has('subject') ? decodeHeaderValue(rawHeader(header, 'subject')) : null;
}
