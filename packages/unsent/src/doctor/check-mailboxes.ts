import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DEFAULT_MAX_MESSAGE_BYTES,
  DEFAULT_SETTLE_MS,
  expandPath,
  imapSources,
  isImapAddress,
  openSource,
  type SourceOptions,
} from '@unsent/bounce';
import { UnsentError } from '@unsent/dns';
import type { Config } from '../config.ts';
import { plural } from '../output/number.ts';
import { configuredSources, imapAccounts } from '../scan/mailboxes.ts';
import type { Shell } from '../shell.ts';
import { bad, type Check, failed, good } from './check.ts';

const ID = 'mailbox';

/** Can each configured mailbox be read? Accounts are logged in to; no message is read. */
export async function checkMailboxes(shell: Shell, config: Config): Promise<readonly Check[]> {
  const labels = configuredSources(config);
  if (labels.length === 0) {
    return [
      bad(ID, 'warning', 'No mailbox is configured.', 'List them under `mailboxes`, or name one: unsent scan MAILBOX'),
    ];
  }
  return Promise.all(labels.map((label) => checkMailbox(shell, label)));
}

/** One mailbox, as it could be typed. */
async function checkMailbox(shell: Shell, label: string): Promise<Check> {
  const options = { maxMessageBytes: DEFAULT_MAX_MESSAGE_BYTES, settleMs: DEFAULT_SETTLE_MS, now: () => shell.now() };
  try {
    return isImapAddress(label) ? await checkAccount(shell, label, options) : await checkFiles(shell, label, options);
  } catch (error) {
    if (error instanceof UnsentError) return failed(ID, error);
    throw error;
  }
}

async function checkAccount(shell: Shell, label: string, options: SourceOptions): Promise<Check> {
  const { sources, close } = await imapSources(label, await imapAccounts(shell, {}), options);
  await close();
  return good(ID, `${label}: logged in; ${plural(sources.length, 'folder')}.`);
}

async function checkFiles(shell: Shell, label: string, options: SourceOptions): Promise<Check> {
  const paths = await expandPath(label);
  const kinds = new Set<string>();
  for (const path of paths) {
    const { kind } = await openSource(path, shell.stdin, options);
    await access(path, constants.R_OK);
    if (kind === 'maildir') for (const name of ['cur', 'new']) await readdir(join(path, name));
    kinds.add(kind);
  }
  const what = paths.length === 1 ? [...kinds].join() : `${plural(paths.length, 'mailbox', 'mailboxes')}`;
  return good(ID, `${label}: can be read (${what}).`);
}
