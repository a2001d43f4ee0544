import { sourceError } from './errors.ts';
import { imapActions } from './imap-actions.ts';
import { accountOf, type ImapAddress, imapLabel, matchFolders, parseImapAddress } from './imap-address.ts';
import { cutImap, readImapPiece } from './imap-pieces.ts';
import { listUids, readImapPosition, readUids } from './imap-read.ts';
import { type ImapAccount, type ImapSession, imapSession } from './imap-session.ts';
import type { MailSource, SourceOptions } from './source.ts';

/** A folder that is renumbered again and again while it is read is no folder. */
const MAX_RENUMBERINGS = 5;

export type ImapSources = { readonly sources: readonly MailSource[]; close(): Promise<void> };

/**
 * The folders that `imaps://user@host/FOLDER` names, over one connection. With a `*` the server is asked which there
 * are; one without is believed, and told by name when it is missing.
 */
export async function imapSources(
  label: string,
  accountFor: (address: ImapAddress) => ImapAccount,
  options: SourceOptions & { readonly signal?: AbortSignal },
): Promise<ImapSources> {
  const address = parseImapAddress(label);
  const limits = { maxMessageBytes: options.maxMessageBytes, signal: options.signal ?? null };
  const session = imapSession(address, accountFor(address), label, limits);
  try {
    const folders = await foldersOf(session, address.folder, label);
    return { sources: folders.map((folder) => imapSource(session, folder, options)), close: () => session.close() };
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function foldersOf(session: ImapSession, pattern: string, label: string): Promise<readonly string[]> {
  const listed = await session.folders();
  const selectable = listed.filter(({ flags }) => !flags.has('\\Noselect') && !flags.has('\\NonExistent'));
  const found = matchFolders(pattern, selectable);
  if (found.length === 0) throw sourceError('source-folder-missing', label);
  return found;
}

/**
 * One folder, read by ascending UID up to what it holds when it is opened, without changing anything in it (EXAMINE,
 * BODY.PEEK). When UIDVALIDITY changes, all of it is read again; what is known by its content is not counted twice.
 */
function imapSource(session: ImapSession, folder: string, options: SourceOptions): MailSource {
  const name = `imap:${accountOf(session.address)}/${folder}`;
  const label = imapLabel(session.address, folder);
  let done = 0;
  let total: number | null = null;
  return {
    name,
    kind: 'imap',
    mailbox: imapActions(session, folder, options.maxMessageBytes),
    label,
    progress: () => ({ done, total }),
    notes: () => [],
    pieces: {
      cut: (memory, size) => cutImap(session, folder, label, memory, size),
      read: (piece) => readImapPiece(session, folder, label, piece, options),
    },
    async *messages(memory) {
      let at = readImapPosition(memory.position);
      for (let renumberings = 0; renumberings < MAX_RENUMBERINGS; renumberings++) {
        const listed = await session.inFolder(folder, 'read', (client) => listUids(client, at));
        at = listed.at;
        done = 0;
        total = listed.uids.length;
        const reading = readUids(session, folder, listed, options);
        for (let next = await reading.next(); ; next = await reading.next()) {
          if (next.done === true) {
            if (next.value === 'whole') return;
            break; // it was renumbered: from the beginning
          }
          done = next.value.done;
          if (next.value.message !== null) yield next.value.message(label);
        }
      }
      throw sourceError('source-imap', label, new Error('its UIDVALIDITY changes all the time'));
    },
  };
}
