import { UnsentError } from '@unsent/dns';

/** What the system's own error names mean, in words that need no manual. */
const MEANINGS: Readonly<Record<string, { readonly code: string; readonly text: string; readonly hint?: string }>> = {
  ENOENT: { code: 'file-not-found', text: 'there is no such file or folder' },
  ENOTDIR: { code: 'file-not-found', text: 'a part of the path is not a folder' },
  EEXIST: { code: 'file-not-found', text: 'a part of the path is not a folder' },
  EISDIR: { code: 'file-is-folder', text: 'it is a folder, not a file' },
  EACCES: { code: 'file-forbidden', text: 'this user may not read or write it', hint: 'Check its owner and mode.' },
  EPERM: { code: 'file-forbidden', text: 'the system does not allow it', hint: 'Check its owner and mode.' },
  EROFS: { code: 'file-forbidden', text: 'the file system is read-only' },
  ENOSPC: { code: 'disk-full', text: 'the disk is full' },
  EDQUOT: { code: 'disk-full', text: 'the disk quota is used up' },
  EMFILE: { code: 'too-many-files', text: 'too many files are open' },
  ELOOP: { code: 'file-not-found', text: 'its symbolic links run in a circle' },
};

/**
 * The error of a failed file operation, for people: `cannot open /x: there is no such file or folder`.
 *
 * The path is the error's own unless one is given (Node forgets it when it reads an open file). Returns null when
 * `cause` is no error of the file system; then it is a bug or another library's.
 */
export function errorFromSystem(cause: unknown, verb = 'open', knownPath: string | null = null): UnsentError | null {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return null;
  const path = knownPath ?? ('path' in cause && typeof cause.path === 'string' ? cause.path : null);
  const meaning = MEANINGS[cause.code];
  if (meaning === undefined || path === null) return null;
  return new UnsentError(meaning.code, {
    message: `cannot ${verb} ${path}: ${meaning.text}`,
    ...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
    cause,
  });
}
