import { decodeCharset } from './mime-charset.ts';
import { type HeaderBlock, rawHeader } from './mime-header.ts';
import { htmlToText } from './mime-html.ts';
import { decodeTransfer } from './mime-transfer.ts';
import { type MailPart, type WalkedMessage, walkMessage } from './mime-walk.ts';

/** A message split into its parts, over the normalised bytes (one per char). */
export type MailMessage = WalkedMessage & {
  readonly text: string;
  /** Texts of parts in charsets that the platform cannot read, decoded beforehand. */
  readonly foreign: ReadonlyMap<MailPart, string>;
};

const NO_FOREIGN: ReadonlyMap<MailPart, string> = new Map();
const LIMITS = { maxDepth: 24, maxParts: 2000 };

/**
 * Splits a normalised message into parts; `header` is its header block when somebody has read it already.
 * Never throws; what exceeds the limits stays in one piece.
 */
export function readParts(text: string, header: HeaderBlock | null = null): MailMessage {
  return { text, foreign: NO_FOREIGN, ...walkMessage(text, LIMITS, header) };
}

/** The body of a part as bytes (one per char), transfer encoding undone, cut after `maxLength` encoded bytes. */
export function partBytes(message: MailMessage, part: MailPart, maxLength: number): string {
  const body = message.text.slice(part.start, Math.min(part.end, part.start + maxLength));
  return decodeTransfer(body, rawHeader(part.header, 'content-transfer-encoding').trim().toLowerCase());
}

/** The body of a part as text: charset decoded, HTML reduced to its text. */
export function partText(message: MailMessage, part: MailPart, maxLength: number): string {
  const text = message.foreign.get(part) ?? decodeCharset(partBytes(message, part, maxLength), charsetOf(part));
  return part.type === 'text/html' ? htmlToText(text) : text;
}

/** The charset that a part names, or null. */
export function charsetOf(part: MailPart): string | null {
  return part.contentType.parameters.get('charset') ?? null;
}
