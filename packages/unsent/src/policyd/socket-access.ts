import { UnsentError } from '@unsent/dns';
import type { SocketAccess } from './listen.ts';

/** Reads `--socket-mode` and `--socket-group`; throws `usage` for a mode that is none and a group that does not exist. */
export async function socketAccess(options: {
  readonly socketMode?: string;
  readonly socketGroup?: string;
}): Promise<SocketAccess> {
  const { socketMode, socketGroup } = options;
  return {
    mode: socketMode === undefined ? null : readMode(socketMode),
    gid: socketGroup === undefined ? null : await readGroup(socketGroup),
  };
}

function readMode(text: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new UnsentError('usage', { message: `--socket-mode "${text}" is no mode.`, hint: 'Write 0660.', exitCode: 2 });
}

/** The number of a group; getent(1) knows those of LDAP too. */
async function readGroup(name: string): Promise<number> {
  if (/^\d+$/.test(name)) return Number(name);
  const line = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) ? await getent('group', name) : '';
  const gid = line.split(':')[2];
  if (gid !== undefined && gid !== '') return Number(gid);
  throw new UnsentError('usage', { message: `--socket-group: there is no group "${name}".`, exitCode: 2 });
}

/** The line of a system database; empty when there is none. Loaded when needed: a process of spawn(8) starts without. */
async function getent(database: string, name: string): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) =>
    execFile('getent', [database, name], (error, stdout) => resolve(error ? '' : stdout)),
  );
}
