import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { DEFAULT_MAX_MESSAGE_BYTES, NO_MEMORY, openSource, type RawMessage } from '@unsent/bounce';
import { UnsentError } from '@unsent/dns';
import { errorFromSystem } from '../output/file-error.ts';
import { sourceOptions } from '../scan/read-sources.ts';
import type { Shell } from '../shell.ts';

/** As many as tell a mailbox from a message. */
const MAGIC_BYTES = 5;

/** The message's bytes. `place`: a file with one message, `MAILBOX#NUMBER` as `scan --json` names it, or `-`. */
export async function readNamedMessage(shell: Shell, place: string): Promise<Uint8Array> {
  const bytes = await readAt(shell, place);
  if (bytes.length > 0) return bytes;
  throw new UnsentError('message-empty', { message: `${place === '-' ? 'standard input' : place} is empty` });
}

async function readAt(shell: Shell, place: string): Promise<Uint8Array> {
  if (place === '-') return readStream(shell.stdin);
  const [, mailbox = '', number = ''] = /^(.+)#(\d{1,12})$/s.exec(place) ?? [];
  // A file may be called like that, too.
  if (mailbox !== '' && !existsSync(place)) return readNumbered(shell, mailbox, Number(number));
  return withFile(place, async (file) => {
    // A pipe, as in `unsent explain <(zcat message.gz)`: what was read of it is gone.
    if (!(await file.stat()).isFile()) return readStream(file.createReadStream({ autoClose: false }));
    return isMailbox(await readStart(file, MAGIC_BYTES)) ? readOnly(shell, place) : readStart(file, Infinity);
  });
}

async function readNumbered(shell: Shell, mailbox: string, number: number): Promise<Uint8Array> {
  let count = 0;
  for await (const { bytes, error } of messagesOf(shell, mailbox)) {
    if (++count < number || number === 0) continue;
    if (error === null) return bytes;
    throw new UnsentError('message-absent', { message: `${mailbox}#${number} could not be read: ${error}` });
  }
  throw new UnsentError('message-absent', {
    message: `${mailbox} has no message ${number}: it holds ${count}`,
    hint: 'The number is that in the id that unsent scan --json prints.',
  });
}

/** The message of a mailbox that holds just one. */
async function readOnly(shell: Shell, mailbox: string): Promise<Uint8Array> {
  let only: RawMessage | null = null;
  for await (const message of messagesOf(shell, mailbox)) {
    if (only !== null) {
      throw new UnsentError('message-many', {
        message: `${mailbox} is a mailbox with more than one message`,
        hint: `Say which one: unsent explain '${mailbox}#2', with the id that unsent scan --json prints.`,
      });
    }
    only = message;
  }
  return only?.bytes ?? new Uint8Array();
}

async function* messagesOf(shell: Shell, mailbox: string): AsyncGenerator<RawMessage> {
  // Nothing is remembered here, so a message that may be half written is no harm.
  const source = await openSource(mailbox, shell.stdin, { ...sourceOptions(shell), settleMs: 0 });
  yield* source.messages(NO_MEMORY);
}

/** An mbox, as it is or packed (gzip, zstd). */
function isMailbox(start: Buffer): boolean {
  return /^(?:46726f6d20|1f8b|28b52ffd)/.test(start.toString('hex'));
}

async function readStream(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size >= DEFAULT_MAX_MESSAGE_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, DEFAULT_MAX_MESSAGE_BYTES);
}

async function readStart(file: FileHandle, most: number): Promise<Buffer> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.min(size, most, DEFAULT_MAX_MESSAGE_BYTES));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  return buffer.subarray(0, bytesRead);
}

async function withFile(path: string, work: (file: FileHandle) => Promise<Uint8Array>): Promise<Uint8Array> {
  let file: FileHandle | null = null;
  try {
    file = await open(path);
    return await work(file);
  } catch (cause) {
    throw errorFromSystem(cause, 'read', path) ?? cause;
  } finally {
    await file?.close();
  }
}
