import { UnsentError } from '@unsent/dns';

/** Every code a source throws. docs/errors.md explains each. */
export const SOURCE_ERROR_CODES = [
  'source-action',
  'source-address',
  'source-certificate',
  'source-changed',
  'source-compressed',
  'source-folder-missing',
  'source-folder-unknown',
  'source-imap',
  'source-imap-missing',
  'source-login',
  'source-missing',
  'source-no-tls',
  'source-not-mail',
  'source-packed-damaged',
  'source-packed-zstd',
  'source-password-shown',
  'source-unreachable',
  'source-unreadable',
] as const;

export type SourceErrorCode = (typeof SOURCE_ERROR_CODES)[number];

const WORDS: Record<SourceErrorCode, { readonly says: string; readonly hint: string }> = {
  'source-action': {
    says: 'cannot be changed as asked, so it was not read',
    hint: 'move, flag and delete are for Maildirs and IMAP folders; copy:FILE is for all mailboxes.',
  },
  'source-address': { says: 'is no address of a mailbox', hint: 'imaps://USER@HOST/FOLDER, with @ in USER as %40.' },
  'source-certificate': {
    says: 'has no certificate that can be trusted',
    hint: 'With a certificate authority of your own, name its file as ca of this mailbox in the configuration.',
  },
  'source-changed': {
    says: 'is not what it was when it was cut into pieces: it was rewritten or rotated, or is another one on this host',
    hint: 'Cut it once more with scan --enqueue, where the workers find the same mailbox under this name.',
  },
  'source-compressed': {
    says: 'is compressed in a way that is not unpacked here',
    hint: 'Unpack it on the way: bzcat or xzcat FILE | unsent scan -',
  },
  'source-folder-missing': { says: 'does not exist on the server', hint: 'imaps://USER@HOST/* reads every folder.' },
  'source-folder-unknown': {
    says: 'is neither a Maildir (it has no cur or new folder) nor a folder of messages',
    hint: 'Name the Maildir itself, a folder of .eml files, or the mbox files in it.',
  },
  'source-imap': { says: 'could not be read from the server', hint: 'The next run goes on from here.' },
  'source-imap-missing': { says: 'needs the package imapflow', hint: 'npm install imapflow' },
  'source-login': { says: 'was refused by the server', hint: 'Check user and password, or what gives the token.' },
  'source-missing': { says: 'does not exist', hint: 'Check the path.' },
  'source-no-tls': {
    says: 'offers no encryption',
    hint: 'Use imaps://, or, where nobody can listen, plaintext: true of this mailbox in the configuration.',
  },
  'source-not-mail': {
    says: 'is no mail: it begins neither with a From_ line, as an mbox does, nor with a header field',
    hint: 'Name an mbox, a Maildir, a folder of .eml files, or one message.',
  },
  'source-packed-damaged': {
    says: 'is damaged and cannot be unpacked',
    hint: 'What stands before the damage was read.',
  },
  'source-packed-zstd': {
    says: 'is packed with zstd, which Node unpacks from 22.15 on',
    hint: 'Unpack it on the way: zstdcat FILE | unsent scan -',
  },
  'source-password-shown': {
    says: 'has a password in it, which everybody on this machine can see',
    hint: 'Leave it out: --password-file FILE, --password-command COMMAND or UNSENT_IMAP_PASSWORD.',
  },
  'source-unreachable': { says: 'could not be reached', hint: 'Check host and port; the next run goes on from here.' },
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

/** A source in which an action cannot be done, and why. */
export function actionError(label: string, why: string): UnsentError {
  return sourceError('source-action', label, new Error(why));
}

/** What a failed file operation on a source means; anything but a file system's error stays what it is. */
export function explainFileError(error: unknown, label: string): unknown {
  const code = fileErrorCode(error);
  if (code === null) return error;
  return code === 'ENOENT' ? sourceError('source-missing', label) : sourceError('source-unreadable', label, error);
}

/** What it means that reading broke off behind the message numbered `count`; those before it stay read. */
export function explainBreak(error: unknown, label: string, count: number): unknown {
  return fileErrorCode(error) === null
    ? error
    : sourceError('source-unreadable', count === 0 ? label : `${label} behind its message ${count}`, error);
}

/** `ENOENT`, `EACCES`, … or null when it is no error of the file system. */
export function fileErrorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : null;
}
