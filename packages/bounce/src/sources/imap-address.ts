import { sourceError } from './errors.ts';

/** An account on an IMAP server, and which of its folders are meant. */
export type ImapAddress = {
  /** 'tls': encrypted from the first byte (imaps). 'starttls': encrypted before anything secret is said (imap). */
  readonly security: 'tls' | 'starttls';
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** Name of the folder, `/` between its parts; `*` stands for any characters. */
  readonly folder: string;
};

const PORTS = { tls: 993, starttls: 143 } as const;

/** Does `label` name a mailbox on an IMAP server? */
export function isImapAddress(label: string): boolean {
  return /^imaps?:\/\//i.test(label);
}

/**
 * Reads `imaps://USER@HOST[:PORT]/FOLDER` (the form of RFC 5092, with `*` in the folder); without a folder it is INBOX.
 *
 * Throws `source-address` for one that cannot be meant, and for one with a password in it: a command line is seen by
 * everybody on the machine. The password is never repeated.
 */
export function parseImapAddress(label: string): ImapAddress {
  const url = URL.canParse(label) ? new URL(label) : null;
  if (url === null || !isImapAddress(label)) throw sourceError('source-address', withoutPassword(label));
  if (url.password !== '') throw sourceError('source-password-shown', withoutPassword(label));
  const [user, folder] = [decoded(url.username), decoded(url.pathname.slice(1))];
  const isWhole = user !== null && user !== '' && folder !== null && url.hostname !== '';
  if (!isWhole || url.search !== '' || url.hash !== '') throw sourceError('source-address', label);
  const security = url.protocol === 'imaps:' ? 'tls' : 'starttls';
  const port = url.port === '' ? PORTS[security] : Number(url.port);
  // Brackets around an IPv6 address belong to the URL alone.
  return {
    security,
    user,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    folder: folder === '' ? 'INBOX' : folder,
  };
}

/** The account without folders: `USER@HOST:PORT`. Equal for imap and imaps on one port. */
export function accountOf({ user, host, port }: ImapAddress): string {
  return `${user}@${host}:${port}`;
}

/** The address of one folder, as it can be typed. */
export function imapLabel(address: ImapAddress, folder: string): string {
  const { security, user, host, port } = address;
  const scheme = security === 'tls' ? 'imaps' : 'imap';
  const place = `${host.includes(':') ? `[${host}]` : host}${port === PORTS[security] ? '' : `:${port}`}`;
  return `${scheme}://${encodeURIComponent(user)}@${place}/${folder.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * Which of `folders` a pattern names, with `/` between its parts or as the server writes it (`delimiter` is its own); INBOX
 * has no case (RFC 3501 §5.1).
 */
export function matchFolders(
  pattern: string,
  folders: readonly { readonly path: string; readonly delimiter: string }[],
): readonly string[] {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const isInbox = pattern.toUpperCase() === 'INBOX';
  const wanted = new RegExp(`^${parts.join('.*')}$`, isInbox ? 'is' : 's');
  return folders
    .filter(
      ({ path, delimiter }) => wanted.test(path) || (delimiter !== '' && wanted.test(path.replaceAll(delimiter, '/'))),
    )
    .map(({ path }) => path);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // a % that begins no escape
  }
}

function withoutPassword(label: string): string {
  return label.replace(/^([a-z]+:\/\/[^/@:]*):[^/]*@/i, '$1@');
}
