import type { ImapFlow, ListResponse, MailboxObject } from 'imapflow';
import { sourceError } from './errors.ts';
import { accountOf, type ImapAddress } from './imap-address.ts';
import { explainImapError, isConnectionError, withoutSecret } from './imap-errors.ts';

/** What proves to the server who we are. */
export type ImapLogin =
  | { readonly kind: 'password'; readonly password: string }
  /** An OAuth 2 access token, sent as XOAUTH2 or OAUTHBEARER. */
  | { readonly kind: 'token'; readonly accessToken: string };

export type ImapAccount = {
  /** Asked for each connection, because a token may have run out. */
  login(): Promise<ImapLogin>;
  /** Certificates (PEM) to trust instead of the system's; null: the system's. */
  ca(): Promise<string | null>;
  /** Speak without encryption; false unless somebody said so. */
  readonly plaintext: boolean;
};

/** One account's connection: made when it is needed, made again when it breaks. */
export interface ImapSession {
  readonly address: ImapAddress;
  folders(): Promise<readonly ListResponse[]>;
  /**
   * Runs `work` with a folder open, again from its beginning when the connection breaks. 'read' opens it so that nothing
   * can be changed (EXAMINE). Throws an `UnsentError` with one of `SOURCE_ERROR_CODES` about `label`.
   */
  inFolder<T>(
    folder: string,
    mode: 'read' | 'write',
    work: (client: ImapFlow, folder: MailboxObject) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

export type ImapLimits = { readonly maxMessageBytes: number; readonly signal: AbortSignal | null };

/** Waits before another connection is tried: half a minute in all, then the next run has better luck. */
const WAITS_MS = [500, 1000, 2000, 4000, 8000, 16_000] as const;
const CONNECT_TIMEOUT_MS = 30_000;
const SILENCE_TIMEOUT_MS = 120_000;
/** What stands around a message in the server's answer. */
const FRAME_BYTES = 1 << 20;

/** A session that is not connected yet. */
export function imapSession(
  address: ImapAddress,
  account: ImapAccount,
  label: string,
  limits: ImapLimits,
): ImapSession {
  let client: ImapFlow | null = null;
  let hasWorked = false;

  const connected = async (): Promise<ImapFlow> => {
    if (client?.usable === true) return client;
    client?.close();
    client = await connect(address, account, limits);
    return client;
  };
  const patiently = async <T>(what: string, work: (client: ImapFlow) => Promise<T>): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await work(await connected());
        hasWorked = true;
        return result;
      } catch (error) {
        const waitMs = WAITS_MS[attempt];
        // A server that never answered is misspelt or down, and waiting for it helps nobody.
        const isFinal = waitMs === undefined || !hasWorked || limits.signal?.aborted === true;
        if (isFinal || !isConnectionError(error)) throw explainImapError(error, what);
        client?.close();
        client = null;
        await sleep(waitMs * (0.75 + Math.random() / 2), limits.signal);
      }
    }
  };
  return {
    address,
    folders: () => patiently(label, (open) => open.list()),
    inFolder: (folder, mode, work) =>
      patiently(`${accountOf(address)}/${folder}`, async (open) => work(open, await select(open, folder, mode))),
    async close() {
      const last = client;
      client = null;
      if (last?.usable === true) await last.logout().catch(() => last.close());
      else last?.close();
    },
  };
}

async function select(client: ImapFlow, folder: string, mode: 'read' | 'write'): Promise<MailboxObject> {
  const readOnly = mode === 'read';
  const { mailbox } = client;
  if (mailbox !== false && mailbox.path === folder && mailbox.readOnly === readOnly) return mailbox;
  return client.mailboxOpen(folder, { readOnly });
}

async function connect(address: ImapAddress, account: ImapAccount, limits: ImapLimits): Promise<ImapFlow> {
  const { ImapFlow } = await library(address);
  const [login, ca] = [await account.login(), await account.ca()];
  const isPlain = account.plaintext && address.security === 'starttls';
  const client = new ImapFlow({
    host: address.host,
    port: address.port,
    secure: address.security === 'tls',
    // Left to itself the library goes on in plaintext when the server, or whoever stands before it, offers no TLS.
    ...(address.security === 'tls' ? {} : { doSTARTTLS: !isPlain }),
    auth: {
      user: address.user,
      ...(login.kind === 'password' ? { pass: login.password } : { accessToken: login.accessToken }),
    },
    ...(ca === null ? {} : { tls: { ca } }),
    clientInfo: { name: 'unsent' },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    maxLiteralSize: limits.maxMessageBytes + FRAME_BYTES,
    maxResponseSize: limits.maxMessageBytes + 2 * FRAME_BYTES,
  });
  // Every error also rejects the command that met it; as an event without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw withoutSecret(error, login.kind === 'password' ? login.password : login.accessToken);
  }
  return client;
}

/** Loaded when a mailbox needs it: most do not. */
async function library(address: ImapAddress): Promise<typeof import('imapflow')> {
  try {
    return await import('imapflow');
  } catch (error) {
    throw sourceError('source-imap-missing', accountOf(address), error);
  }
}

function sleep(ms: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
