import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnsentError } from '@unsent/dns';
import { errorFromSystem } from '../output/file-error.ts';

/** Characters of a line that are looked at; Postfix writes at most 2,048. */
const MAX_LINE_LENGTH = 100_000;

/** Lines of a file, of a gzipped one (`*.gz`), or of standard input (`-`). Throws `UnsentError` when it cannot be read. */
export async function* readLines(file: string, stdin: Readable): AsyncGenerator<string> {
  const input = file === '-' ? stdin : openFile(file);
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      yield line.slice(0, MAX_LINE_LENGTH);
    }
  } catch (cause) {
    throw errorFromSystem(cause, 'read', file) ?? notReadable(file, cause);
  } finally {
    if (file !== '-') input.destroy();
  }
}

function openFile(file: string): Readable {
  const stream = createReadStream(file);
  if (!file.endsWith('.gz')) return stream;
  const unzipped = createGunzip();
  // Without this an error of the file would end the process: pipe() does not pass it on.
  stream.on('error', (error) => unzipped.destroy(error));
  return stream.pipe(unzipped);
}

function notReadable(file: string, cause: unknown): UnsentError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UnsentError('log-unreadable', { message: `cannot read ${file}: ${why}`, cause });
}
