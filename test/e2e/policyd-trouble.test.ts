import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endProcess, runUnsent, startUnsent, waitForStderr } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';

const Database = createRequire(new URL('../../packages/store/package.json', import.meta.url))('libsql');

vi.setConfig({ testTimeout: 40_000 });

let folder: string;
let port: number;
let daemon: ChildProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unsent-trouble-'));
  port = await freePort();
  await writeFile(join(folder, 'zone.txt'), 'fail.example. 300 IN TXT "v=spf1 -all"\n');
  await writeFile(join(folder, 'unsent.yaml'), '');
});

afterEach(async () => {
  if (daemon !== null) await endProcess(daemon);
  daemon = null;
  await rm(folder, { recursive: true, force: true });
});

test('while another program holds the database answers come, and the counts follow', async () => {
  await start(`zone:${join(folder, 'zone.txt')}`);
  await ask();
  await until(async () => (await blocked()) === 1);
  const holder = new Database(join(folder, 'state.db'));
  holder.exec('BEGIN IMMEDIATE');
  // Longer than the daemon's thread waits for the lock, so that it meets it.
  const untilMs = Date.now() + 4_000;
  let answered = 1;
  for (; Date.now() < untilMs; answered++) {
    expect(await ask()).toMatch(/^action=550/);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(await blocked()).toBe(1);
  holder.exec('COMMIT');
  holder.close();
  await until(async () => (await blocked()) === answered);
});

test('a crash loses no counts that were written, and the next daemon goes on counting', async () => {
  const crashing = await start(`zone:${join(folder, 'zone.txt')}`);
  await ask();
  await until(async () => (await blocked()) === 1);
  const ended = new Promise((resolve) => crashing.once('exit', resolve));
  crashing.kill('SIGKILL');
  await ended;
  expect(await blocked()).toBe(1);
  await start(`zone:${join(folder, 'zone.txt')}`);
  await ask();
  await until(async () => (await blocked()) === 2);
});

test('SIGTERM takes no new connection, answers what was asked, counts it, and ends with 0', async () => {
  const dns = createSocket('udp4');
  let answerDns = (): void => {};
  const asked = new Promise<void>((resolve) => {
    dns.on('message', (question, { port: from }) => {
      const answer = Buffer.from(question);
      answer.writeUInt16BE(0x8183, 2); // a response: NXDOMAIN
      const send = (): void => dns.send(answer, from, '127.0.0.1');
      const before = answerDns;
      answerDns = () => {
        before();
        send();
      };
      if (isOpen) send();
      resolve();
    });
  });
  let isOpen = false;
  await new Promise<void>((resolve) => dns.bind(0, '127.0.0.1', resolve));
  const running = await start(`127.0.0.1:${dns.address().port}`);
  const answer = ask();
  await asked;
  const stopping = waitForStderr(running, /finishing what is in flight/);
  const exit = new Promise((resolve) => running.once('exit', resolve));
  running.kill('SIGTERM');
  await stopping;
  // Reset where the kernel had taken the connection just before the daemon stopped to listen. Postfix asks again for both.
  await expect(ask()).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
  isOpen = true;
  answerDns();
  expect(await answer).toMatch(/^action=PREPEND Received-SPF: none /);
  expect(await exit).toBe(0);
  dns.close();
  const { stdout } = await unsent('--json', 'policyd', 'stats');
  expect(JSON.parse(stdout)).toMatchObject({ messages: 1 });
});

function unsent(...args: string[]) {
  return runUnsent(['--config', join(folder, 'unsent.yaml'), '--state', join(folder, 'state.db'), ...args]);
}

async function start(dns: string): Promise<ChildProcess> {
  const common = ['--config', join(folder, 'unsent.yaml'), '--state', join(folder, 'state.db'), '--dns', dns];
  daemon = startUnsent([...common, 'policyd', '--listen', `inet:127.0.0.1:${port}`]);
  await waitForStderr(daemon, /listening at/);
  return daemon;
}

async function blocked(): Promise<number> {
  const { stdout } = await unsent('--json', 'policyd', 'stats');
  const stats: { blocked: number } = JSON.parse(stdout);
  return stats.blocked;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 30; i++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error('it did not come to be so');
}

/** The answer about a message of fail.example, on a connection of its own. */
function ask(): Promise<string> {
  const attributes = 'client_address=192.0.2.7\nhelo_name=x.example\nsender=a@fail.example\nrecipient=u@example.com';
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      if (answer.endsWith('\n\n')) socket.end();
    });
    socket.once('close', () => resolve(answer));
    socket.write(`request=smtpd_access_policy\nprotocol_state=RCPT\n${attributes}\n\n`);
  });
}
