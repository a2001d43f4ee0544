import { chmod, chown, lstat, unlink } from 'node:fs/promises';
import { connect, type ListenOptions } from 'node:net';
import { UnsentError } from '@unsent/dns';
import type { PolicyServer } from '@unsent/policyd';
import { type ListenAddress, listenAddressText } from './listen-address.ts';

/** What is set on a UNIX socket once it is there. Null leaves what the system gave it. */
export type SocketAccess = { readonly mode: number | null; readonly gid: number | null };

/** The first of the descriptors that systemd hands over (sd_listen_fds(3)). */
const FIRST_SYSTEMD_FD = 3;

/** Opens one listening address. A stale UNIX socket is removed; one that answers, or a file, is an error. */
export async function listenAt(server: PolicyServer, address: ListenAddress, access: SocketAccess): Promise<void> {
  if (address.kind === 'unix') await removeStaleSocket(address.path);
  const where: ListenOptions =
    address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
  try {
    await server.listen(where);
    if (address.kind === 'unix') await setAccess(address.path, access);
  } catch (cause) {
    throw listenError(address, cause);
  }
}

async function setAccess(path: string, { mode, gid }: SocketAccess): Promise<void> {
  if (mode !== null) await chmod(path, mode);
  if (gid !== null) await chown(path, -1, gid);
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
  if (await answers(path)) {
    throw new UnsentError('listen-in-use', {
      message: `cannot listen at unix:${path}: another process answers there.`,
      hint: 'Stop the other daemon, or choose another path.',
    });
  }
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function listenError(address: ListenAddress, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const where = listenAddressText(address);
  switch (code) {
    case 'EADDRINUSE':
      return new UnsentError('listen-in-use', {
        message: `cannot listen at ${where}: the address is in use.`,
        hint: 'Another policyd may be running; stop it, or choose another address.',
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return new UnsentError('listen-forbidden', {
        message: `cannot listen at ${where}: permission denied.`,
        hint: 'Choose a port above 1023, or a folder that this user may write to.',
        cause,
      });
    case 'ENOENT':
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UnsentError('listen-address', {
        message: `cannot listen at ${where}: there is no such ${address.kind === 'unix' ? 'folder' : 'address here'}.`,
        exitCode: 2,
        cause,
      });
    default:
      return cause;
  }
}
