import { isFromLine, isHeaderLine } from './from-line.ts';

/** How many bytes of a file are looked at to tell what it is. */
export const HEAD_BYTES = 4096;

/** Fields that hardly any text but mail begins with. */
const MAIL_FIELDS =
  /^(?:return-path|received|delivered-to|x-original-to|envelope-to|from|to|date|subject|message-id|mime-version|reply-to|sender|dkim-signature|authentication-results|arc-[a-z-]+|x-[a-z0-9-]+|content-type)[ \t]*:/i;

export type Looks = 'empty' | 'mbox' | 'message' | 'compressed' | 'other';

/** What a file is, by its first bytes. */
export function lookAt(head: Uint8Array): Looks {
  if (head.length === 0) return 'empty';
  if (isCompressed(head)) return 'compressed';
  const [first = '', second = ''] = firstLines(head);
  if (first.startsWith('From ') && (isFromLine(first) || isHeaderLine(second))) return 'mbox';
  return beginsWithHeader(head) ? 'message' : 'other';
}

/** Is it surely a message? Stricter than `lookAt`, for files that only happen to lie in a folder of mail. */
export function isSurelyMail(head: Uint8Array): boolean {
  const lines = firstLines(head).filter((line) => isHeaderLine(line));
  return lookAt(head) === 'message' && lines.filter((line) => MAIL_FIELDS.test(line)).length >= 2;
}

function beginsWithHeader(head: Uint8Array): boolean {
  const lines = firstLines(head);
  // A From_ line that a mailbox left behind, as it is or quoted, may stand above the header.
  const first = lines.find((line) => line !== '' && !/^>?From /.test(line));
  return first !== undefined && isHeaderLine(first);
}

/** Lines of LF, CRLF or CR text, without a byte order mark. */
function firstLines(head: Uint8Array): string[] {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  return text.replace(/^\xef\xbb\xbf/, '').split(/\r\n|\n|\r/);
}

/** gzip, zstd, bzip2, xz. */
function isCompressed(head: Uint8Array): boolean {
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex');
  return /^(?:1f8b|28b52ffd|425a68|fd377a58)/.test(magic);
}
