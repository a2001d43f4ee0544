import { chmod, chown, lstat, stat, unlink } from 'node:fs/promises';
import { connect, type ListenOptions } from 'node:net';
import { dirname } from 'node:path';
import { UnsentError } from '@unsent/dns';
import type { PolicyServer } from '@unsent/policyd';
import { type ListenAddress, listenAddressText } from './listen-address.ts';

/** What is set on a UNIX socket once it is there. Null leaves what the system gave it. */
export type SocketAccess = { readonly mode: number | null; readonly gid: number | null };

/** The first of the descriptors that systemd hands over (sd_listen_fds(3)). */
const FIRST_SYSTEMD_FD = 3;

/** `sun_path` of unix(7) has 108 bytes, the last of them zero; what is longer would be cut off without a word. */
const MAX_PATH_BYTES = 107;

/** Opens one listening address. A stale UNIX socket is removed; one that is in use, or a file, is an error. */
export async function listenAt(
  server: Pick<PolicyServer, 'listen'>,
  address: ListenAddress,
  access: SocketAccess,
): Promise<void> {
  if (address.kind === 'unix') {
    await checkPath(address.path);
    await removeStaleSocket(address.path);
  }
  const where: ListenOptions =
    address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
  try {
    await server.listen(where);
  } catch (cause) {
    throw listenError(address, cause);
  }
  if (address.kind === 'unix') await setAccess(address.path, access);
}

async function setAccess(path: string, { mode, gid }: SocketAccess): Promise<void> {
  try {
    if (mode !== null) await chmod(path, mode);
    if (gid !== null) await chown(path, -1, gid);
  } catch (cause) {
    throw new UnsentError('socket-access', {
      message: `cannot set the mode or group of unix:${path}: ${reasonOf(cause)}.`,
      hint: 'The user must be in that group. Under systemd let its .socket unit set both: SocketGroup=, SocketMode=.',
      cause,
    });
  }
}

/** bind(2) says of a missing folder what Node tells as "permission denied", and takes a path that is too long for a shorter one. */
async function checkPath(path: string): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_PATH_BYTES) {
    const why = `its path has ${bytes} bytes, and that of a UNIX socket may have ${MAX_PATH_BYTES}`;
    throw addressError({ kind: 'unix', path }, why);
  }
  const found = await stat(dirname(path)).catch((cause: unknown) => {
    throw listenError({ kind: 'unix', path }, cause);
  });
  if (!found.isDirectory()) throw addressError({ kind: 'unix', path }, 'a part of its path is no folder');
}

/** The sockets that systemd opened for this process; none when it did not. */
export function systemdDescriptors(env: Readonly<Record<string, string | undefined>>, pid: number): readonly number[] {
  if (env['LISTEN_PID'] !== String(pid)) return [];
  const count = Number(env['LISTEN_FDS'] ?? '0');
  return Number.isInteger(count) && count > 0 && count < 64
    ? Array.from({ length: count }, (_, index) => FIRST_SYSTEMD_FD + index)
    : [];
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) {
    throw new UnsentError('listen-in-use', {
      message: `cannot listen at unix:${path}: a file that is no socket is in its place.`,
      hint: 'Choose another path, or remove the file.',
    });
  }
  const holder = await holderOf(path);
  if (holder !== null) {
    throw new UnsentError('listen-in-use', {
      message: `cannot listen at unix:${path}: ${holder}.`,
      hint: 'Stop the other daemon, or choose another path.',
    });
  }
  await unlink(path);
}

/** Null when nobody listens there: only "connection refused" says so. A full backlog, say, is one of a process at work. */
function holderOf(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('another process answers there');
    });
    socket.once('error', (cause) => {
      const code = codeOf(cause);
      resolve(code === 'ECONNREFUSED' || code === 'ENOENT' ? null : `another process may use it (${reasonOf(cause)})`);
    });
  });
}

function listenError(address: ListenAddress, cause: unknown): unknown {
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return new UnsentError('listen-in-use', {
        message: `cannot listen at ${listenAddressText(address)}: the address is in use.`,
        hint: 'Another policyd may be running; stop it, or choose another address.',
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return forbiddenError(address, 'permission denied', cause);
    case 'EROFS':
      return forbiddenError(address, 'the file system is read-only', cause);
    case 'ENOTDIR':
      return addressError(address, 'a part of its path is no folder', cause);
    case 'ENOENT':
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return addressError(address, `there is no such ${address.kind === 'unix' ? 'folder' : 'address here'}`, cause);
    default:
      return cause;
  }
}

function forbiddenError(address: ListenAddress, why: string, cause: unknown): UnsentError {
  return new UnsentError('listen-forbidden', {
    message: `cannot listen at ${listenAddressText(address)}: ${why}.`,
    hint: address.kind === 'unix' ? 'Choose a folder that this user may write to.' : 'Choose a port above 1023.',
    cause,
  });
}

function addressError(address: ListenAddress, why: string, cause?: unknown): UnsentError {
  return new UnsentError('listen-address', {
    message: `cannot listen at ${listenAddressText(address)}: ${why}.`,
    exitCode: 2,
    cause,
  });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
