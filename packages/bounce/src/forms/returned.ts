import type { IpAddress } from '@unsent/dns';
import { type MailMessage, partBytes } from '../message.ts';
import type { MailPart } from '../mime-walk.ts';
import { readOriginal } from '../original.ts';
import type { OriginalMessage } from '../report.ts';
import { isReturnedPart } from './notice.ts';
import { returnedHeaderAt } from './separator.ts';

const WHOLE_TYPES = new Set(['message/rfc822', 'message/global', 'message/partial', 'text/rfc822']);

/**
 * Finds the returned message: in a part made for it, in a part that begins with its header for want of one of its
 * own, or in the text behind a separator.
 */
export function findOriginal(
  message: MailMessage,
  returnedText: () => string | null,
  handedOver: IpAddress | null,
): OriginalMessage | null {
  for (const part of message.parts) {
    const original = isReturnedPart(part) ? originalInPart(message, part, handedOver) : null;
    if (original !== null) return original;
  }
  const text = returnedText();
  return text === null ? null : originalInText(text, handedOver);
}

function originalInPart(message: MailMessage, part: MailPart, handedOver: IpAddress | null): OriginalMessage | null {
  // A part without a header of its own: what was taken for that header is the returned message's.
  if (part.type === 'text/plain')
    return readOriginal(message.text.slice(part.header.start, part.end), 'message', handedOver);
  const form = WHOLE_TYPES.has(part.type) ? 'message' : 'headers';
  return readOriginal(partBytes(message, part, Number.POSITIVE_INFINITY), form, handedOver);
}

function originalInText(text: string, handedOver: IpAddress | null): OriginalMessage | null {
  const at = returnedHeaderAt(text);
  return at === null ? null : readOriginal(text.slice(at), 'text', handedOver);
}
