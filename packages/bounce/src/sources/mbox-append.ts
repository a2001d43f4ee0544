import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { awaitDotlock } from './dotlock.ts';
import { explainFileError, fileErrorCode, sourceError } from './errors.ts';
import { notRegular } from './open-regular.ts';
import type { SourceOptions } from './source.ts';

/** An mbox that is written to, locked by `PATH.lock` until it is closed. */
export interface MboxAppender {
  /** Where the next entry will begin. */
  readonly size: number;
  /** Does this entry stand at `offset`, whole? A torn one at the end of the file is cut off. */
  holds(offset: number, entry: Buffer): Promise<boolean>;
  append(entry: Buffer): Promise<void>;
  /** Makes sure that it is on the disk, and unlocks. */
  close(): Promise<void>;
}

/** A message as an entry of an mbox (mboxrd: every `From ` at the beginning of a line is quoted once more). */
export function mboxEntry(bytes: Uint8Array, at: Date): Buffer {
  const [day, , , ,] = at.toUTCString().split(',');
  const month = at.toUTCString().slice(8, 11);
  const date = `${day} ${month} ${String(at.getUTCDate()).padStart(2)} ${at.toISOString().slice(11, 19)} ${at.getUTCFullYear()}`;
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replaceAll('\r\n', '\n')
    .replace(/^(>*From )/gm, '>$1');
  const end = text.endsWith('\n') ? '\n' : '\n\n';
  return Buffer.from(`From MAILER-DAEMON ${date}\n${text}${end}`, 'latin1');
}

/** Opens an mbox for writing; makes it when it is missing. Throws `source-unreadable` when it cannot, or stays locked. */
export async function openMboxAppender(path: string, options: SourceOptions): Promise<MboxAppender> {
  try {
    const lock = `${path}.lock`;
    if ((await awaitDotlock(path, options)) === 'stale') await unlink(lock).catch(() => {});
    await (await open(lock, 'wx')).close();
    try {
      return await appender(path, lock);
    } catch (error) {
      await unlink(lock);
      throw error;
    }
  } catch (error) {
    if (fileErrorCode(error) === 'EEXIST') {
      throw sourceError('source-unreadable', path, new Error('it is locked by another program'));
    }
    throw explainFileError(error, path);
  }
}

async function appender(path: string, lock: string): Promise<MboxAppender> {
  // Without waiting for the other end of what may be a named pipe.
  const file = await open(
    path,
    constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NONBLOCK,
    0o600,
  );
  const found = await file.stat();
  if (!found.isFile()) {
    await file.close();
    throw notRegular(path, found);
  }
  let { size } = found;
  return {
    get size() {
      return size;
    },
    async holds(offset, entry) {
      const found = await readAt(file, offset, entry.length);
      if (found.equals(entry)) return true;
      // Only what is surely the beginning of this entry, with nothing behind it, is ours to cut.
      if (offset + found.length === size && found.length > 0 && entry.subarray(0, found.length).equals(found)) {
        await file.truncate(offset);
        size = offset;
      }
      return false;
    },
    async append(entry) {
      await file.appendFile(entry);
      size += entry.length;
    },
    async close() {
      try {
        await file.sync();
      } finally {
        await file.close();
        await unlink(lock);
      }
    },
  };
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
