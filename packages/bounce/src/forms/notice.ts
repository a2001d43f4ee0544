import { mailboxOf } from '../address.ts';
import { charsetOf, type MailMessage, partBytes, partText } from '../message.ts';
import { decodeCharset } from '../mime-charset.ts';
import { rawHeader } from '../mime-header.ts';
import type { MailPart } from '../mime-walk.ts';
import { decodeHeaderValue } from '../mime-words.ts';
import { findReturned } from './separator.ts';

/** What a person would read of a report: the text in front of the returned message, and who sent it. */
export type Notice = {
  /** Decoded text up to the returned message, LF line ends. */
  readonly text: string;
  /** `text` in lower case, for looking up phrases. */
  readonly lower: string;
  readonly lines: readonly string[];
  /** The returned message as found in the notice, in bytes (one per char), or null. */
  readonly returned: string | null;
  readonly lowerSubject: string;
  /** The From header as written, decoded, lower case. */
  readonly from: string;
  /** Addresses that are never the failed recipient by themselves: where the report came from and went to. */
  readonly ownAddresses: ReadonlySet<string>;
};

const MAX_TEXT = 262_144;
const MAX_LINES = 4000;
const RETURNED_TYPES = new Set([
  'message/rfc822',
  'message/global',
  'message/partial',
  'message/rfc822-headers',
  'message/global-headers',
  'text/rfc822-headers',
  'text/rfc822-header',
  'text/rfc822',
  'text/message-headers',
]);

/** True for the parts that hold the returned message or its header (RFC 6522 §3, RFC 6533 §4, and older names). */
export function isReturnedPart(part: MailPart): boolean {
  return RETURNED_TYPES.has(part.type) || isBareReturn(part);
}

// Some gateways put the returned message behind the boundary without a header for the part.
function isBareReturn(part: MailPart): boolean {
  const { byName } = part.header;
  return part.depth > 0 && part.type === 'text/plain' && byName.has('received') && byName.has('from');
}

/** Reads the notice of a message: its text parts in front of the returned message, plain text before HTML. */
export function readNotice(message: MailMessage): Notice {
  return new LazyNotice(message, noticeText(message));
}

// A class for the same reason as `LazyMailRead`: getters of an object literal are slow.
class LazyNotice implements Notice {
  readonly text: string;
  readonly returned: string | null;
  readonly #message: MailMessage;
  #lower: string | null = null;
  #lines: readonly string[] | null = null;
  #own: ReadonlySet<string> | null = null;

  constructor(message: MailMessage, { text, returned }: NoticeText) {
    this.#message = message;
    this.text = text;
    this.returned = returned;
  }

  get lower(): string {
    this.#lower ??= this.text.toLowerCase();
    return this.#lower;
  }

  get lines(): readonly string[] {
    this.#lines ??= this.text.split('\n', MAX_LINES);
    return this.#lines;
  }

  get lowerSubject(): string {
    return decodeHeaderValue(rawHeader(this.#message.header, 'subject')).toLowerCase();
  }

  get from(): string {
    return decodeHeaderValue(rawHeader(this.#message.header, 'from')).toLowerCase();
  }

  get ownAddresses(): ReadonlySet<string> {
    this.#own ??= ownAddresses(this.#message);
    return this.#own;
  }
}

type NoticeText = Pick<Notice, 'text' | 'returned'>;

const MAX_PARTS = 20;

function noticeText(message: MailMessage): NoticeText {
  const stop = message.parts.findIndex(isReturnedPart);
  const readable = (stop === -1 ? message.parts : message.parts.slice(0, stop)).slice(0, MAX_PARTS).filter(isReadable);
  const isHtml = (part: MailPart): boolean => part.type === 'text/html';
  const plain = joined(
    message,
    readable.filter((part) => !isHtml(part)),
  );
  if (plain.text.trim() !== '' || plain.returned !== null) return plain;
  return joined(message, readable.filter(isHtml));
}

// The text of all parts up to the first that turns into the returned message.
function joined(message: MailMessage, parts: readonly MailPart[]): NoticeText {
  let text = '';
  for (const part of parts) {
    const { text: own, returned } =
      part.type === 'text/html' ? noticeIn(partText(message, part, MAX_TEXT)) : plainNotice(message, part);
    text = text === '' ? own : `${text}\n\n${own}`;
    if (returned !== null || text.length > MAX_TEXT) return { text, returned };
  }
  return { text, returned: null };
}

// Separators and header names are ASCII: they are looked for in the bytes, and only the notice is decoded.
function plainNotice(message: MailMessage, part: MailPart): NoticeText {
  const foreign = message.foreign.get(part);
  if (foreign !== undefined) return noticeIn(foreign);
  const bytes = partBytes(message, part, MAX_TEXT);
  const at = findReturned(bytes);
  const charset = charsetOf(part);
  if (at === null) return { text: decodeCharset(bytes, charset), returned: null };
  return { text: decodeCharset(bytes.slice(0, at.noticeEnd), charset), returned: bytes.slice(at.start) };
}

function noticeIn(text: string): NoticeText {
  const at = findReturned(text);
  if (at === null) return { text, returned: null };
  return { text: text.slice(0, at.noticeEnd), returned: Buffer.from(text.slice(at.start), 'utf8').toString('latin1') };
}

function isReadable(part: MailPart): boolean {
  return part.type.startsWith('text/') || (part.depth === 0 && !/^(?:image|audio|video|application)\//.test(part.type));
}

const OWN_HEADERS = ['to', 'delivered-to', 'x-original-to', 'from', 'reply-to'];

function ownAddresses(message: MailMessage): ReadonlySet<string> {
  const own = new Set<string>();
  for (const name of OWN_HEADERS) {
    const address = mailboxOf(decodeHeaderValue(rawHeader(message.header, name)));
    if (address !== null && address !== '') own.add(address.toLowerCase());
  }
  return own;
}
