import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDomainName } from '@unsent/dns';
import { openPolicyStore } from '@unsent/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runUnsent, startUnsent, unsentBin } from '../support/cli.ts';
import { policyRequest } from '../support/policy-request.ts';
import { portOf } from '../support/ports.ts';

const Database = createRequire(new URL('../../packages/store/package.json', import.meta.url))('libsql');

vi.setConfig({ testTimeout: 40_000 });

let folder: string;
let state: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unsent-spawn-'));
  state = join(folder, 'state.db');
  await writeFile(join(folder, 'zone.txt'), 'fail.example. 300 IN TXT "v=spf1 -all"\n');
  await writeFile(join(folder, 'unsent.yaml'), '');
  await lock('locked.example');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('a process that answers one message knows the locked domains', async () => {
  const { stdout, exitCode } = await answerOne({ recipient: 'u@locked.example' });
  expect(stdout).toMatch(/^action=REJECT 5\.7\.1 locked\.example sends no mail/);
  expect(exitCode).toBe(0);
});

test('processes that end at the same time are all counted', async () => {
  const ended = await Promise.all(Array.from({ length: 8 }, () => answerOne({ sender: 'a@fail.example' })));
  expect(ended.map(({ exitCode }) => exitCode)).toEqual(Array(8).fill(0));
  expect(await blocked()).toBe(8);
});

test('a database that another program writes to delays no answer, and counts afterwards', async () => {
  const holder = new Database(state);
  holder.exec('BEGIN IMMEDIATE');
  const child = startUnsent(args());
  child.stdin?.write(policyRequest({ recipient: 'u@locked.example' }));
  expect(await answerOf(child)).toMatch(/^action=REJECT 5\.7\.1 locked\.example/);
  holder.exec('COMMIT');
  holder.close();
  child.stdin?.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await blocked()).toBe(1);
});

test('the one socket that spawn(8) gives as input, output and error output carries the answers alone', async () => {
  const { text, exitCode } = await askOverOneSocket(
    policyRequest({ recipient: 'u@locked.example' }) + policyRequest({ sender: 'a@fail.example', instance: '2' }),
  );
  expect(text).toMatch(/^action=REJECT 5\.7\.1 [^\n]+\n\naction=550 5\.7\.23 [^\n]+\n\n$/);
  expect(exitCode).toBe(0);
  expect(await blocked()).toBe(2);
});

test('an answer that nobody waits for any more is counted all the same', async () => {
  const { client, child } = await startOnOneSocket();
  client.end(policyRequest({ recipient: 'u@locked.example' }), () => client.destroy());
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await blocked()).toBe(1);
});

function args(): string[] {
  const file = (name: string): string => join(folder, name);
  return ['--config', file('unsent.yaml'), '--state', state, '--dns', `zone:${file('zone.txt')}`, 'policyd', '--stdio'];
}

function answerOne(fields: Readonly<Record<string, string>>) {
  return runUnsent(args(), { input: policyRequest(fields) });
}

/** Sends `requests` and no more, as a client that has closed its half; resolves to all that comes back. */
async function askOverOneSocket(requests: string): Promise<{ text: string; exitCode: number | null }> {
  const { client, child } = await startOnOneSocket();
  client.end(requests);
  let text = '';
  for await (const chunk of client) text += String(chunk);
  if (child.exitCode === null) await once(child, 'exit');
  return { text, exitCode: child.exitCode };
}

/** A process as spawn(8) starts it, and the other end of its socket. */
async function startOnOneSocket(): Promise<{ client: Socket; child: ChildProcess }> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: portOf(server), allowHalfOpen: true });
  const socket: Socket = (await once(server, 'connection'))[0];
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
  const child = spawn(process.execPath, [unsentBin, ...args()], { env, stdio: [socket, socket, socket] });
  socket.destroy();
  server.close();
  return { client, child };
}

async function answerOf(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.endsWith('\n\n')) break;
  }
  return text;
}

async function blocked(): Promise<unknown> {
  const { stdout } = await runUnsent([...args().slice(0, 6), '--json', 'policyd', 'stats']);
  const stats: unknown = JSON.parse(stdout);
  return typeof stats === 'object' && stats !== null && 'blocked' in stats ? stats.blocked : null;
}

async function lock(text: string): Promise<void> {
  const name = parseDomainName(text);
  if (name === null) throw new Error(`${text} is a name`);
  const store = await openPolicyStore(state);
  await store.lockedDomains.add([name], new Date(), '2026-11-24-01');
  await store.close();
}
