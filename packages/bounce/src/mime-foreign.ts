import { charsetOf, type MailMessage, partBytes } from './message.ts';
import { isKnownCharset } from './mime-charset.ts';
import { isAscii } from './mime-text.ts';
import type { MailPart } from './mime-walk.ts';

const MAX_LENGTH = 65_536;
const MAX_PARTS = 4;

/** The text parts whose charset the platform cannot read (cp850, cp437 and other old ones) and whose bytes need it. */
export function foreignParts(message: MailMessage): readonly MailPart[] {
  return message.parts.filter((part) => isForeign(message, part)).slice(0, MAX_PARTS);
}

function isForeign(message: MailMessage, part: MailPart): boolean {
  if (part.type !== 'text/plain' && part.type !== 'text/html') return false;
  return !isKnownCharset(charsetOf(part)) && !isAscii(partBytes(message, part, MAX_LENGTH));
}

/**
 * The message with those parts decoded by mailparser, which knows more charsets. It gets one part at a time, without
 * the message around it, so that its limits and its work are those of one text. Never rejects: a part that it cannot
 * read either keeps the guess of `decodeCharset`.
 */
export async function withForeignTexts(message: MailMessage, parts: readonly MailPart[]): Promise<MailMessage> {
  const { simpleParser } = await import('mailparser');
  const texts = new Map<MailPart, string>();
  for (const part of parts) {
    const bytes = Buffer.from(partBytes(message, part, MAX_LENGTH), 'latin1');
    const head = Buffer.from(`Content-Type: text/plain; charset="${charsetName(part)}"\n\n`);
    const parsed = await simpleParser(Buffer.concat([head, bytes]), LEAN).catch(() => null);
    if (typeof parsed?.text === 'string') texts.set(part, parsed.text);
  }
  return { ...message, foreign: texts };
}

const LEAN = { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true };

function charsetName(part: MailPart): string {
  return (charsetOf(part) ?? '').replace(/[^\w.:-]/g, '').slice(0, 40);
}
