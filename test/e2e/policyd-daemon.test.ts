import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDomainName } from '@unsent/dns';
import { openPolicyStore } from '@unsent/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endProcess, runUnsent, startUnsent, waitForStderr } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';
import { findProgram } from '../support/require.ts';

const ZONE = `
pass.example.   300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
fail.example.   300 IN TXT "v=spf1 -all"
broken.example. 300 IN TXT "v=spf1 ip4: -all"
`;
const CLIENT = '192.0.2.7';

let folder: string;
let port: number;
let daemon: ChildProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unsent-daemon-'));
  port = await freePort();
  await writeFile(join(folder, 'zone.txt'), ZONE);
  await writeFile(join(folder, 'unsent.yaml'), 'domains:\n  unused: [parked.example]\n');
});

afterEach(async () => {
  if (daemon !== null) await endProcess(daemon);
  daemon = null;
  await rm(folder, { recursive: true, force: true });
});

test('what was decided is counted, survives the daemon, and is told by stats', async () => {
  await start();
  expect(await ask('a@fail.example')).toMatch(/^550 5\.7\.23 /);
  expect(await ask('a@pass.example')).toMatch(/^PREPEND Received-SPF: pass /);
  expect(await ask('a@broken.example')).toMatch(/^PREPEND Received-SPF: permerror /);
  expect(await stop()).toBe(0);
  const { stdout } = await unsent('--json', 'policyd', 'stats');
  const stats: unknown = JSON.parse(stdout);
  expect(stats).toMatchObject({
    messages: 3,
    blocked: 1,
    refusedDomains: [{ name: 'fail.example', count: 1 }],
    broken: [{ domain: 'broken.example', problem: expect.stringMatching(/ip4:/) }],
  });
  const { stdout: text } = await unsent('policyd', 'stats', '--since', '2h');
  expect(text).toMatch(/^3 requests in the last 2h: 1 blocked\.$/m);
  expect(text).toMatch(/^ {2}-all +2 +67 %$/m);
});

test('a crash loses no counts older than a few seconds', async () => {
  const running = await start();
  await ask('a@fail.example');
  await until(async () => (await unsent('--json', 'policyd', 'stats')).stdout.includes('"blocked":1'));
  running.kill('SIGKILL');
});

test('a domain is refused as soon as it is locked, and taken again when it is unlocked', async () => {
  await start();
  expect(await ask('', 'u@locked.example')).not.toMatch(/REJECT/);
  const name = parseDomainName('locked.example');
  if (name === null) throw new Error('locked.example is a name');
  const store = await openPolicyStore(join(folder, 'state.db'));
  await store.lockedDomains.add([name], new Date(), '2026-11-24-01');
  await until(async () => /sends no mail/.test(await ask('', 'u@locked.example')));
  await store.lockedDomains.remove([name]);
  await until(async () => !/sends no mail/.test(await ask('', 'u@locked.example')));
  await store.close();
});

test('reload takes a good configuration, and keeps the old one when the new one is bad', async () => {
  const running = await start();
  expect(await ask('', 'u@parked.example')).toMatch(/sends no mail/);
  await writeFile(join(folder, 'unsent.yaml'), 'domains:\n  unused: [other.example]\n');
  const reloaded = waitForStderr(running, /configuration read again/);
  expect((await unsent('policyd', 'reload', join(folder, 'pid'))).exitCode).toBe(0);
  await reloaded;
  expect(await ask('', 'u@parked.example')).not.toMatch(/sends no mail/);
  expect(await ask('', 'u@other.example')).toMatch(/sends no mail/);

  await writeFile(join(folder, 'unsent.yaml'), 'domains:\n  unusde: [parked.example]\n');
  expect((await unsent('policyd', 'reload', join(folder, 'pid'))).exitCode).toBe(2);
  const refused = waitForStderr(running, /the old one stays in force: .*unusde/);
  running.kill('SIGHUP');
  await refused;
  expect(await ask('', 'u@other.example')).toMatch(/sends no mail/);
});

test('a SIGHUP that comes before the service stands is obeyed then', async () => {
  const path = join(folder, 'unsent.yaml');
  await rm(path);
  execFileSync(findProgram('mkfifo') ?? '', [path]);
  const listening = start(/configuration read again/);
  // Opened once the daemon reads it, which it does before anything else.
  const reader = await open(path, 'w');
  daemon?.kill('SIGHUP');
  await rm(path);
  await writeFile(path, 'domains:\n  unused: [other.example]\n');
  await reader.writeFile('domains:\n  unused: [parked.example]\n');
  await reader.close();
  await listening;
  expect(await ask('', 'u@other.example')).toMatch(/sends no mail/);
});

test('a SIGHUP at any moment of the end does not cut it short', async () => {
  const running = await start();
  expect(await ask('a@fail.example')).toMatch(/^550 /);
  const hangups = setInterval(() => running.kill('SIGHUP'), 1);
  expect(await stop()).toBe(0);
  clearInterval(hangups);
  expect((await unsent('--json', 'policyd', 'stats')).stdout).toContain('"blocked":1');
});

test('a database that cannot be opened is told once, and answers come all the same', async () => {
  await writeFile(join(folder, 'state.db'), 'this is another program’s file\n');
  const running = await start(/working without the database: .*not a database of unsent/);
  expect(await ask('', 'u@parked.example')).toMatch(/sends no mail/);
  expect(running.exitCode).toBe(null);
});

test('ask explains by the rules alone when no daemon runs', async () => {
  const { stdout, exitCode } = await unsent(
    ...['policyd', 'ask', '--client', CLIENT, '--sender', '<>', '--recipient', 'u@parked.example'],
  );
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^answer +REJECT 5\.7\.1 parked\.example sends no mail/m);
  expect(stdout).toMatch(/^rule +bounce-to-never-sender: a bounce to a domain of ours that never sends$/m);
});

function common(): string[] {
  const file = (name: string): string => join(folder, name);
  return ['--config', file('unsent.yaml'), '--state', file('state.db'), '--dns', `zone:${file('zone.txt')}`];
}

function unsent(...args: string[]) {
  return runUnsent([...common(), ...args]);
}

async function start(also: RegExp = /listening at/): Promise<ChildProcess> {
  const options = ['--listen', `inet:127.0.0.1:${port}`, '--pid-file', join(folder, 'pid')];
  daemon = startUnsent([...common(), 'policyd', ...options]);
  await Promise.all([waitForStderr(daemon, /listening at/), waitForStderr(daemon, also)]);
  return daemon;
}

async function stop(): Promise<number | null> {
  const ending = daemon;
  daemon = null;
  return ending === null ? null : endProcess(ending);
}

/** The daemon's answer, got without reading the configuration. */
async function ask(sender: string, recipient = 'u@example.com'): Promise<string> {
  const { stdout } = await runUnsent([
    ...['--json', 'policyd', 'ask', '--at', `inet:127.0.0.1:${port}`],
    ...['--client', CLIENT, '--sender', sender === '' ? '<>' : sender, '--recipient', recipient],
  ]);
  const read: unknown = JSON.parse(stdout);
  return typeof read === 'object' && read !== null && 'answer' in read ? String(read.answer) : '';
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 50; i++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('it did not come to be so');
}
