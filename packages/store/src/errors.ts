import { type ExitCode, UnsentError } from '@unsent/dns';

/** Every code this package throws. docs/errors.md explains each. */
export const STORE_ERROR_CODES = [
  'store-busy',
  'store-corrupt',
  'store-forbidden',
  'store-foreign',
  'store-full',
  'store-half-copied',
  'store-is-folder',
  'store-newer',
  'store-not-shared',
  'store-package-missing',
  'store-refused',
  'store-unreachable',
  'store-unreadable',
  'store-unsupported',
] as const;

export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];

/** One sentence about `path`, and what to do. */
export function storeError(code: StoreErrorCode, path: string, detail: string | null, cause?: unknown): UnsentError {
  const { says, hint, exitCode = 1 } = WORDS[code];
  const because = detail === null ? '' : ` (${detail})`;
  return new UnsentError(code, {
    message: `The database ${path} ${says}${because}.`,
    hint,
    exitCode,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What SQLite or the file system complained about, as an error for people; anything unknown stays what it is. */
export function explainEngineError(error: unknown, path: string): unknown {
  if (error instanceof UnsentError || !(error instanceof Error)) return error;
  const code = engineCode(error);
  if (code === null) return error;
  const found = ENGINE_CODES.find(([pattern]) => pattern.test(code));
  return found === undefined ? error : storeError(found[1], path, error.message, error);
}

/** True when another connection holds the lock and trying again may help. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && /^SQLITE_(BUSY|LOCKED)/.test(engineCode(error) ?? '');
}

function engineCode(error: Error): string | null {
  // The driver reports a database it cannot open by message alone.
  if (/^ConnectionFailed/.test(error.message)) return 'SQLITE_CANTOPEN';
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}

const ENGINE_CODES: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [/^SQLITE_(BUSY|LOCKED)/, 'store-busy'],
  [/^SQLITE_CORRUPT/, 'store-corrupt'],
  [/^SQLITE_NOTADB/, 'store-foreign'],
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'store-full'],
  [/^(SQLITE_(CANTOPEN|READONLY|PERM|IOERR|AUTH)|E[A-Z]+$)/, 'store-unreadable'],
];

const WORDS: Record<StoreErrorCode, { readonly says: string; readonly hint: string; readonly exitCode?: ExitCode }> = {
  'store-busy': {
    says: 'is locked by another program',
    hint: 'Nothing was lost. Wait until the other run has ended, then run this again.',
  },
  'store-corrupt': {
    says: 'is damaged',
    hint: 'It was left as it is. Move it away (keep it) and scan again, or put a backup in its place.',
  },
  'store-forbidden': {
    says: 'does not let this user do what is needed',
    hint: 'Nothing was changed. docs/fleet.md lists the rights that each part needs.',
  },
  'store-foreign': {
    says: 'is not a database of unsent',
    hint: 'It was left as it is. Name another file with --state.',
  },
  'store-full': { says: 'could not grow', hint: 'Make room on its disk, then run this again; nothing was lost.' },
  'store-half-copied': {
    says: 'holds a copy that was not finished',
    hint: 'Run the same `unsent state copy` again: it goes on where it was. Or name another database with --state.',
  },
  'store-is-folder': { says: 'is a folder', hint: 'Name a file in it with --state, for example state.db.' },
  'store-newer': {
    says: 'was written by a newer version of unsent',
    hint: 'It was left as it is. Install that version, or name another file with --state.',
  },
  'store-not-shared': {
    says: 'is a file, and work can be shared only through a database server',
    hint: 'Name one with --state postgres://…; see docs/fleet.md.',
    exitCode: 2,
  },
  'store-package-missing': {
    says: 'needs a package that is not installed',
    hint: 'Install it beside unsent, then run this again.',
  },
  'store-refused': {
    says: 'refused the connection',
    hint: 'Check user, password (PGPASSFILE, PGPASSWORD or ?passwordfile=) and the name of the database.',
  },
  'store-unreachable': {
    says: 'cannot be reached',
    hint: 'Nothing was lost. Check host, port and TLS (sslmode), and run this again when the server is up.',
  },
  'store-unreadable': {
    says: 'cannot be opened for reading and writing',
    hint: 'Check that the file and its folder belong to you or your group, or name another file with --state.',
  },
  'store-unsupported': {
    says: 'is of a kind that is not supported',
    hint: 'Name a file or postgres://… with --state.',
  },
};
