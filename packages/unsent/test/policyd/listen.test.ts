import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listenAt, type SocketAccess } from '../../src/policyd/listen.ts';

const AS_IT_IS: SocketAccess = { mode: null, gid: null };
const MAX_PATH_BYTES = 107;

let folder: string;
let servers: Server[];
let clients: Socket[];
let busy: ChildProcess | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-listen-'));
  servers = [];
  clients = [];
  busy = null;
});

afterEach(async () => {
  busy?.kill('SIGKILL');
  for (const client of clients) client.destroy();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  rmSync(folder, { recursive: true, force: true });
});

/** What `createPolicyServer` does, without a service. */
function listen(where: ListenOptions | { readonly fd: number }): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      servers.push(server);
      resolve(server);
    });
  });
}

function listenAtPath(path: string, access = AS_IT_IS): Promise<void> {
  return listenAt({ listen }, { kind: 'unix', path }, access);
}

test.each<[string, (folder: string) => string, string, RegExp]>([
  ['a folder that is missing', (at) => join(at, 'no', 'sock'), 'listen-address', /there is no such folder/],
  ['a file as folder', (at) => join(at, 'file', 'sock'), 'listen-address', /a part of its path is no folder/],
  ['a file below a file', (at) => join(at, 'file', 'no', 'sock'), 'listen-address', /a part of its path is no folder/],
  ['a file in its place', (at) => join(at, 'file'), 'listen-in-use', /a file that is no socket/],
  [
    'a path that would be cut off',
    (at) => pathOf(at, MAX_PATH_BYTES + 1),
    'listen-address',
    /108 bytes.* may have 107/,
  ],
])('no socket at %s', async (_, pathIn, code, message) => {
  writeFileSync(join(folder, 'file'), '');
  await expect(listenAtPath(pathIn(folder))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('the longest path that the system knows', async () => {
  const path = pathOf(folder, MAX_PATH_BYTES);
  await listenAtPath(path, { mode: 0o600, gid: null });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a socket that a crash left behind is taken over, a live one is not', async () => {
  const path = join(folder, 'sock');
  const leave = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  expect(() => execFileSync(process.execPath, ['-e', leave], { stdio: 'ignore' })).toThrow();
  expect(existsSync(path)).toBe(true);
  await listenAtPath(path);
  await expect(listenAtPath(path)).rejects.toMatchObject({ code: 'listen-in-use' });
});

test('a socket whose process is too busy to accept is a live one', async () => {
  const path = join(folder, 'busy');
  const program = `require('node:net').createServer().listen({ path: ${JSON.stringify(path)}, backlog: 1 }, () => {
    process.stdout.write('up');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  busy = child;
  await once(child.stdout, 'data');
  for (let i = 0; i < 4; i++) clients.push(connect(path).on('error', () => {}));
  await expect(listenAtPath(path)).rejects.toMatchObject({
    code: 'listen-in-use',
    message: expect.stringMatching(/another process may use it \(connect EAGAIN/),
  });
  expect(existsSync(path)).toBe(true);
});

test('a group that cannot be given', async () => {
  const path = join(folder, 'sock');
  chmodSync(folder, 0o755);
  await expect(listenAtPath(path, { mode: null, gid: -7 })).rejects.toMatchObject({
    code: 'socket-access',
    message: expect.stringMatching(/cannot set the mode or group of unix:/),
  });
});

function pathOf(at: string, bytes: number): string {
  return join(at, 'x'.repeat(bytes - at.length - 1));
}
