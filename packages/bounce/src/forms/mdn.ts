import type { MailMessage } from '../message.ts';

/** True if the message is a disposition notification (RFC 8098): a receipt that somebody read or deleted a mail. */
export function isDispositionNotification(message: MailMessage): boolean {
  const kind = message.contentType.parameters.get('report-type')?.toLowerCase();
  if (message.contentType.value === 'multipart/report' && kind?.endsWith('disposition-notification') === true)
    return true;
  return message.parts.some((part) => /^message\/(?:global-)?disposition-notification$/.test(part.type));
}
