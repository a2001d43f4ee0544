import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  accountOf,
  type ImapAccount,
  type ImapAddress,
  type ImapLogin,
  isImapAddress,
  parseImapAddress,
} from '@unsent/bounce';
import { UnsentError } from '@unsent/dns';
import type { SecretPlace } from '../config/schema-secret.ts';
import { readSecret } from '../config/secret.ts';
import type { Config, MailboxConfig } from '../config.ts';
import { errorFromSystem } from '../output/file-error.ts';
import type { Shell } from '../shell.ts';
import type { Environment } from '../surroundings.ts';

/** How to log in, from the command line. */
export type LoginFlags = {
  readonly passwordFile?: string;
  readonly passwordCommand?: string;
  readonly tokenCommand?: string;
};

const PASSWORD_VARIABLE = 'UNSENT_IMAP_PASSWORD';

/** What the configuration says to scan, each as it could be typed. */
export function configuredSources({ mailboxes }: Pick<Config, 'mailboxes'>): readonly string[] {
  return mailboxes.flatMap(({ address, folders }) => {
    if (folders === null) return [address];
    const account = address.replace(/^([a-z]+:\/\/[^/]*).*$/i, '$1');
    const encoded = folders.map((folder) => folder.split('/').map(encodeURIComponent).join('/'));
    return encoded.map((folder) => `${account}/${folder}`);
  });
}

/**
 * How to log in to an account: the flags, else what the configuration says of it, else UNSENT_IMAP_PASSWORD. Nothing is
 * read before a server asks for it.
 */
export async function imapAccounts(shell: Shell, flags: LoginFlags): Promise<(address: ImapAddress) => ImapAccount> {
  const { mailboxes } = await shell.config();
  return (address) => {
    const configured = mailboxes.find((mailbox) => isAccount(mailbox, address)) ?? null;
    return {
      login: () => logIn(loginPlaces(flags, configured, shell.cwd), address, shell.env),
      ca: async () => (configured?.ca ? readCertificates(configured.ca) : null),
      plaintext: configured?.plaintext ?? false,
    };
  };
}

/**
 * The same for addresses that stand in a database: accounts that the configuration of this host names and no others, so
 * that no password goes to a server that nobody here meant.
 */
export async function configuredAccounts(shell: Shell): Promise<(address: ImapAddress) => ImapAccount> {
  const { mailboxes } = await shell.config();
  const accountFor = await imapAccounts(shell, {});
  return (address) => {
    if (mailboxes.some((mailbox) => isAccount(mailbox, address))) return accountFor(address);
    throw new UnsentError('source-not-configured', {
      message: `${accountOf(address)} is not among the mailboxes in the configuration of this host.`,
      hint: 'A worker logs in to no other account. Name it there, with its password or token.',
    });
  };
}

function isAccount({ address }: MailboxConfig, wanted: ImapAddress): boolean {
  return isImapAddress(address) && accountOf(parseImapAddress(address)) === accountOf(wanted);
}

type LoginPlaces = { readonly password: SecretPlace | null; readonly token: SecretPlace | null };

function loginPlaces(flags: LoginFlags, configured: LoginPlaces | null, cwd: string): LoginPlaces {
  const { passwordFile, passwordCommand, tokenCommand } = flags;
  if (tokenCommand !== undefined) return { password: null, token: { kind: 'command', command: tokenCommand } };
  if (passwordCommand !== undefined) return { password: { kind: 'command', command: passwordCommand }, token: null };
  if (passwordFile !== undefined) return { password: { kind: 'file', path: resolve(cwd, passwordFile) }, token: null };
  return configured ?? { password: null, token: null };
}

async function logIn({ password, token }: LoginPlaces, address: ImapAddress, env: Environment): Promise<ImapLogin> {
  const account = accountOf(address);
  if (token !== null) {
    return { kind: 'token', accessToken: await readSecret(token, `the access token of ${account}`, env) };
  }
  const place: SecretPlace = password ?? { kind: 'env', name: PASSWORD_VARIABLE };
  return { kind: 'password', password: await readSecret(place, `the password of ${account}`, env) };
}

async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const known = errorFromSystem(cause, 'read the certificates in', path);
    if (known === null) throw cause;
    throw new UnsentError('source-unreadable', { message: known.message, cause });
  }
}
