import { UnsentError } from '@unsent/dns';

/** Every code a source throws. docs/errors.md explains each. */
export const SOURCE_ERROR_CODES = [
  'source-compressed',
  'source-folder-unknown',
  'source-missing',
  'source-not-mail',
  'source-unreadable',
] as const;

export type SourceErrorCode = (typeof SOURCE_ERROR_CODES)[number];

const WORDS: Record<SourceErrorCode, { readonly says: string; readonly hint: string }> = {
  'source-compressed': { says: 'is compressed', hint: 'Unpack it on the way: zcat FILE | unsent scan -' },
  'source-folder-unknown': {
    says: 'is neither a Maildir (it has no cur or new folder) nor a folder of messages',
    hint: 'Name the Maildir itself, a folder of .eml files, or the mbox files in it.',
  },
  'source-missing': { says: 'does not exist', hint: 'Check the path.' },
  'source-not-mail': {
    says: 'is no mail: it begins neither with a From_ line, as an mbox does, nor with a header field',
    hint: 'Name an mbox, a Maildir, a folder of .eml files, or one message.',
  },
  'source-unreadable': { says: 'cannot be read', hint: 'Check that this user may read it.' },
};

/** One sentence about the source that the user named as `label`, and what to do. */
export function sourceError(code: SourceErrorCode, label: string, cause?: unknown): UnsentError {
  const { says, hint } = WORDS[code];
  const because = cause instanceof Error ? ` (${cause.message})` : '';
  return new UnsentError(code, {
    message: `${label} ${says}${because}.`,
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What a failed file operation on a source means; anything but a file system's error stays what it is. */
export function explainFileError(error: unknown, label: string): unknown {
  const code = fileErrorCode(error);
  if (code === null) return error;
  return code === 'ENOENT' ? sourceError('source-missing', label) : sourceError('source-unreadable', label, error);
}

/** `ENOENT`, `EACCES`, … or null when it is no error of the file system. */
export function fileErrorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : null;
}
