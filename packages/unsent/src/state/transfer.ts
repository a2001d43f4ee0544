import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { type ExitCode, UnsentError } from '@unsent/dns';
import { hasState } from '../lockdown/state.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { errorFromSystem } from '../output/file-error.ts';
import { plural } from '../output/number.ts';
import type { Shell } from '../shell.ts';

/** Written to the file at once. */
const CHUNK_CHARACTERS = 256_000;

/** `unsent state export`: everything that the database holds, to a new file or to standard output. */
export async function runStateExport(shell: Shell, file: string | null): Promise<ExitCode> {
  if (!(await hasState(shell))) {
    throw new UnsentError('state-missing', {
      message: 'There is no database to export.',
      hint: 'The first scan makes it; --state names another.',
    });
  }
  const { transfer } = await shell.store();
  if (file === null) {
    await transfer.exportTo(async (line) => {
      shell.signal.throwIfAborted();
      shell.stdout.write(`${line}\n`);
    });
    return 0;
  }
  const rows = await intoNewFile(resolve(shell.cwd, file), (write) => transfer.exportTo(write));
  tell(shell, `${file}: ${plural(total(rows), 'row')} written`, { file, rows });
  return 0;
}

/** `unsent state import`: an export into an empty database. */
export async function runStateImport(shell: Shell, file: string): Promise<ExitCode> {
  const path = resolve(shell.cwd, file);
  // Before a database is made for it.
  await open(path, 'r').then(
    (handle) => handle.close(),
    (cause: unknown) => {
      throw errorFromSystem(cause, 'read', file) ?? cause;
    },
  );
  const { transfer, place } = await shell.store();
  const rows = await transfer.importFrom(() => linesOf(path));
  tell(shell, `${place}: ${plural(total(rows), 'row')} imported and counted`, { file, rows });
  return 0;
}

type Rows = Readonly<Record<string, number>>;

function tell(shell: Shell, text: string, json: { readonly file: string; readonly rows: Rows }): void {
  if (shell.options.json) shell.stdout.write(`${JSON.stringify(json)}\n`);
  else if (!shell.options.quiet) shell.stdout.write(`${escapeForTerminal(text)}\n`);
}

function total(rows: Rows): number {
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

/** Nothing of it stays when it could not be written whole. */
async function intoNewFile<T>(path: string, work: (write: (line: string) => Promise<void>) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'wx', 0o600);
  } catch (cause) {
    throw failureToWrite(cause, path);
  }
  let waiting = '';
  const flush = async (): Promise<void> => {
    await handle.writeFile(waiting).catch((cause: unknown) => {
      throw failureToWrite(cause, path);
    });
    waiting = '';
  };
  try {
    const result = await work(async (line) => {
      waiting += `${line}\n`;
      if (waiting.length >= CHUNK_CHARACTERS) await flush();
    });
    await flush();
    await handle.sync();
    await handle.close();
    return result;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(path, { force: true });
    throw error;
  }
}

function failureToWrite(cause: unknown, path: string): unknown {
  if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
    return new UnsentError('file-exists', {
      message: `${path} is there already, and was left as it is.`,
      hint: 'Name a new file.',
      cause,
    });
  }
  return errorFromSystem(cause, 'write', path) ?? cause;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // Without this an error of the file would end the process: pipe() does not pass it on.
  if (input !== file) file.on('error', (error) => input.destroy(error));
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (cause) {
    throw errorFromSystem(cause, 'read', path) ?? notReadable(path, cause);
  } finally {
    file.destroy();
    input.destroy();
  }
}

function notReadable(path: string, cause: unknown): UnsentError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UnsentError('state-export-wrong', {
    message: `cannot read ${path}: ${why}.`,
    hint: 'Nothing was imported. Export again, and see that the file is copied whole.',
    cause,
  });
}
