import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileError, sourceError } from './errors.ts';
import { folderSource } from './folder.ts';
import { HEAD_BYTES, lookAt } from './look.ts';
import { maildirSource } from './maildir.ts';
import { mboxSource } from './mbox.ts';
import { messageSource } from './message.ts';
import { packedMbox } from './packed-mbox.ts';
import { readFileHead } from './read-files.ts';
import type { MailSource, SourceOptions } from './source.ts';
import { streamSource } from './stream.ts';
import { packingOf } from './unpack.ts';

/**
 * Opens what the user named: an mbox, a Maildir, a folder of messages, one message, a pipe, or `-` for `stdin`. Told
 * apart by looking, not by name; only a name in `.eml` is believed, because a damaged message is one too.
 *
 * Throws an `UnsentError` with one of `SOURCE_ERROR_CODES`.
 */
export async function openSource(
  label: string,
  stdin: AsyncIterable<Uint8Array>,
  options: SourceOptions,
): Promise<MailSource> {
  if (label === '-') return streamSource('standard input', stdin, options);
  try {
    const found = await stat(label);
    const path = await realpath(label);
    if (found.isDirectory()) return await openFolder(label, path, options);
    if (!found.isFile()) return streamSource(label, createReadStream(label), options);
    return await openFile(label, path, options);
  } catch (error) {
    throw explainFileError(error, label);
  }
}

async function openFolder(label: string, path: string, options: SourceOptions): Promise<MailSource> {
  if ((await isFolder(join(path, 'cur'))) || (await isFolder(join(path, 'new')))) {
    return maildirSource(label, path, options);
  }
  const folder = await folderSource(label, path, options);
  if (folder === null) throw sourceError('source-folder-unknown', label);
  return folder;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function openFile(label: string, path: string, options: SourceOptions): Promise<MailSource> {
  const { bytes } = await readFileHead(path, HEAD_BYTES);
  if (label.endsWith('.eml')) return messageSource(label, path, options);
  switch (lookAt(bytes)) {
    case 'empty': // a mailbox that was emptied is an mbox without messages
    case 'mbox':
      return mboxSource(label, path, options);
    case 'message':
      return messageSource(label, path, options);
    case 'compressed': {
      const packing = packingOf(bytes);
      if (packing !== null) return packedMbox(label, path, packing, options);
      throw sourceError('source-compressed', label);
    }
    case 'other':
      throw sourceError('source-not-mail', label);
  }
}
