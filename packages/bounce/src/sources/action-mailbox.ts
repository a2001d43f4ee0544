import { realpath } from 'node:fs/promises';
import { explainFileError } from './errors.ts';
import { imapActions } from './imap-actions.ts';
import { type ImapAddress, isImapAddress, parseImapAddress } from './imap-address.ts';
import { type ImapAccount, imapSession } from './imap-session.ts';
import { maildirActions } from './maildir-actions.ts';
import type { ActionMailbox, SourceOptions } from './source.ts';

/** Opens a mailbox by the `source` under which something was done in it. Throws one of `SOURCE_ERROR_CODES`. */
export async function openActionMailbox(
  source: string,
  accountFor: (address: ImapAddress) => ImapAccount,
  options: SourceOptions,
): Promise<{ readonly mailbox: ActionMailbox; close(): Promise<void> }> {
  const { maxMessageBytes } = options;
  if (!isImapAddress(source)) {
    const path = await realpath(source).catch((error: unknown) => {
      throw explainFileError(error, source);
    });
    return { mailbox: maildirActions(path, maxMessageBytes), close: async () => {} };
  }
  const address = parseImapAddress(source);
  const session = imapSession(address, accountFor(address), source, { maxMessageBytes, signal: null });
  const listed = await session.folders();
  // The address has / where the server may have another sign.
  const folder = listed.find(({ path, delimiter }) => sameFolder(path, delimiter, address.folder))?.path;
  return {
    mailbox: imapActions(session, folder ?? address.folder, maxMessageBytes, listed),
    close: () => session.close(),
  };
}

function sameFolder(path: string, delimiter: string, wanted: string): boolean {
  return path === wanted || (delimiter !== '' && path.replaceAll(delimiter, '/') === wanted);
}
