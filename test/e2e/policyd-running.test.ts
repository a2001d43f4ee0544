import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endProcess, runUnsent, startUnsent, unsentBin, waitForStderr } from '../support/cli.ts';
import { policyRequest } from '../support/policy-request.ts';
import { freePort } from '../support/ports.ts';
import { findProgram, needs } from '../support/require.ts';

vi.setConfig({ testTimeout: 30_000 });

const ZONE = 'fail.example. 300 IN TXT "v=spf1 -all"\n';
const FAILS = policyRequest({ sender: 'a@fail.example', instance: 'i1' });

let folder: string;
let port: number;
const daemons: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unsent-running-'));
  port = await freePort();
  await writeFile(join(folder, 'zone.txt'), ZONE);
  await writeFile(join(folder, 'unsent.yaml'), 'domains:\n  unused: [parked.example]\n');
});

afterEach(async () => {
  for (const daemon of daemons.splice(0)) await endProcess(daemon);
  await rm(folder, { recursive: true, force: true });
});

describe('the warm-up', () => {
  test('leaves no trace but its line in the log', async () => {
    const metricsPort = await freePort();
    const daemon = startUnsent(args('--metrics', `127.0.0.1:${metricsPort}`));
    daemons.push(daemon);
    const log = await waitForStderr(daemon, /warmed up/);
    expect(log).toMatch(/^listening at .*\nwarmed up: \d+ made-up requests in \d+ ms\n$/);
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(metrics).not.toMatch(/^unsent_policyd_decisions_total\{/m);
    await endProcess(daemon);
    const { stdout } = await unsent('--json', 'policyd', 'stats');
    expect(JSON.parse(stdout)).toMatchObject({ messages: 0 });
  });

  test('is left out where the configuration says so', async () => {
    await writeFile(join(folder, 'unsent.yaml'), 'policy: {warmUp: false}\n');
    const daemon = startUnsent(args());
    daemons.push(daemon);
    await waitForStderr(daemon, /listening at/);
    // It would take a name server and some connections.
    const opened = readdirSync(`/proc/${daemon.pid}/fd`).length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(readdirSync(`/proc/${daemon.pid}/fd`)).toHaveLength(opened);
  });
});

describe('metrics', () => {
  test('tell what was answered, and that the daemon is well', async () => {
    const metricsPort = await freePort();
    await start('--metrics', `127.0.0.1:${metricsPort}`);
    const at = `http://127.0.0.1:${metricsPort}`;
    expect(await (await fetch(`${at}/metrics`)).text()).not.toMatch(/^unsent_policyd_decisions_total\{/m);
    await ask(port, FAILS);
    await ask(port, FAILS);
    await ask(port, policyRequest({ recipient: 'u@parked.example' }));
    const reply = await fetch(`${at}/metrics`);
    expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await reply.text();
    expect(text).toMatch(
      /^unsent_policyd_decisions_total\{rule="spf-mailfrom",identity="mailfrom",result="fail",action="reject"\} 2$/m,
    );
    expect(text).toMatch(/^unsent_policyd_decisions_total\{rule="bounce-to-never-sender",.*\} 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
    // Counts that went to the database meanwhile are still there.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await (await fetch(`${at}/metrics`)).text()).toMatch(/result="fail",action="reject"\} 2$/m);
    expect(await (await fetch(`${at}/health`)).json()).toEqual({ status: 'ok', store: 'ok' });
    expect((await fetch(`${at}/else`)).status).toBe(404);
    expect((await fetch(`${at}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  test.each([
    ['0.0.0.0:9400', /must be a port of this host alone/],
    ['unix:/tmp/x', /must be a port of this host alone/],
    ['nonsense', /"nonsense" is no address of a service/],
  ])('are refused at %s', async (address, why) => {
    const { exitCode, stderr } = await unsent('policyd', '--listen', `127.0.0.1:${port}`, '--metrics', address);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(why);
  });
});

describe('the log', () => {
  test('goes to a syslog server, one datagram a line (RFC 5424)', async () => {
    const server = createSocket('udp4');
    const lines: string[] = [];
    server.on('message', (message) => lines.push(message.toString()));
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    await startQuietly('--log', `syslog:127.0.0.1:${server.address().port}`);
    await ask(port, FAILS);
    await until(() => lines.some((line) => line.includes('rule=spf-mailfrom')));
    expect(lines.at(-1)).toMatch(
      /^<22>1 \d{4}-\d\d-\d\dT\S+Z \S+ unsent \d+ - - i1: action=reject rule=spf-mailfrom result=fail identity=mailfrom client=192\.0\.2\.7 /,
    );
    server.close();
  });

  test('of a server that is not there stops no answer', async () => {
    await startQuietly('--log', `syslog:127.0.0.1:${await freePort()}`);
    for (let i = 0; i < 20; i++) expect(await ask(port, FAILS)).toMatch(/^action=550 5\.7\.23/);
  });

  test('of a journal that is not there stops no answer', async () => {
    await startQuietly('--log', 'journald');
    for (let i = 0; i < 5; i++) expect(await ask(port, FAILS)).toMatch(/^action=550 5\.7\.23/);
  });

  test('on a standard error that nobody reads any more stops no answer', async () => {
    const daemon = await start();
    daemon.stderr?.destroy();
    for (let i = 0; i < 5; i++) {
      expect(await ask(port, FAILS)).toMatch(/^action=550 5\.7\.23/);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(daemon.exitCode).toBe(null);
  });

  test.runIf(existsSync('/dev/full'))('on a full disk stops no answer', async () => {
    const shell = spawn('sh', ['-c', `exec "$@" 2>/dev/full`, 'sh', process.execPath, unsentBin, ...args()], {
      stdio: 'ignore',
    });
    daemons.push(shell);
    await untilListening(port);
    for (let i = 0; i < 5; i++) {
      expect(await ask(port, FAILS)).toMatch(/^action=550 5\.7\.23/);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(shell.exitCode).toBe(null);
  });

  test('can be had under spawn too, away from standard error', async () => {
    const server = createSocket('udp4');
    const lines: string[] = [];
    server.on('message', (message) => lines.push(message.toString()));
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const log = `syslog:127.0.0.1:${server.address().port}`;
    const { exitCode, stdout, stderr } = await runUnsent([...common(), 'policyd', '--stdio', '--log', log], {
      input: FAILS,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^action=550 5\.7\.23[^\n]*\n\n$/);
    expect(stderr).toBe('');
    await until(() => lines.some((line) => line.includes('action=reject')));
    server.close();
  });

  test.each([
    ['says what nobody knows', ['--config', 'bad.yaml', 'policyd', '--stdio']],
    ['is not there', ['--config', 'nowhere.yaml', 'policyd', '--stdio']],
    ['wants a log that cannot be', ['policyd', '--stdio', '--log', 'file:/x']],
    ['wants a log in a form that is none', ['policyd', '--stdio', '--log-format', 'yaml']],
  ])('under spawn, what %s lets the mail through', async (_what, args) => {
    await writeFile(join(folder, 'bad.yaml'), 'domains:\n  unusedd: [parked.example]\n');
    const logger = `#!/bin/sh\necho "$@" >"${folder}/logging"; exec /bin/mv "${folder}/logging" "${folder}/logged"\n`;
    await writeFile(join(folder, 'logger'), logger, { mode: 0o755 });
    const { exitCode, stdout, stderr } = await runUnsent(args, { cwd: folder, input: FAILS, env: { PATH: folder } });
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'action=DUNNO\n\n', stderr: '' });
    await until(() => existsSync(join(folder, 'logged')));
    const logged = await readFile(join(folder, 'logged'), 'utf8');
    expect(logged).toMatch(/^-t unsent\/policyd -p mail\.err -- mail passes unchecked: \S/);
  });

  test.each(['syslog', 'syslog:unix:/dev/log', 'file:/x', 'syslog:host'])('is refused at %s', async (target) => {
    const { exitCode, stderr } = await unsent('policyd', '--log', target, '--check');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/cannot log to/);
  });
});

describe('a UNIX socket', () => {
  test('gets mode and group, and is gone afterwards', async () => {
    const path = join(folder, 'policy.sock');
    const group = process.getuid?.() === 0 ? '12' : String(process.getgid?.());
    const daemon = await start('--listen', `unix:${path}`, '--socket-mode', '0620', '--socket-group', group);
    const { mode, gid } = await stat(path);
    expect([(mode & 0o777).toString(8), gid]).toEqual(['620', Number(group)]);
    expect(await ask(path, FAILS)).toMatch(/^action=550/);
    await endProcess(daemon);
    expect(existsSync(path)).toBe(false);
  });

  test('left by a crash is taken over; one that answers is not, nor is a file', async () => {
    const path = join(folder, 'policy.sock');
    const crashed = await start('--listen', `unix:${path}`);
    const ended = new Promise((resolve) => crashed.once('exit', resolve));
    crashed.kill('SIGKILL');
    await ended;
    expect(existsSync(path)).toBe(true);
    await start('--listen', `unix:${path}`);
    const second = await unsent('policyd', '--listen', `unix:${path}`);
    expect([second.exitCode, second.stderr]).toEqual([1, expect.stringMatching(/another process answers there/)]);
    expect(await ask(path, FAILS)).toMatch(/^action=550/);
    const file = join(folder, 'unsent.yaml');
    const third = await unsent('policyd', '--listen', `unix:${file}`);
    expect([third.exitCode, third.stderr]).toEqual([1, expect.stringMatching(/a file that is no socket/)]);
    expect(existsSync(file)).toBe(true);
  });

  test.each([
    [['--socket-mode', '9'], /"9" is no mode/],
    [['--socket-group', 'nosuchgroup'], /no group "nosuchgroup"/],
    [['--metrics', 'nonsense'], /"nonsense" is no address of a service/],
    [['--metrics', '0.0.0.0:9400'], /must be a port of this host alone/],
    [['--log-format', 'yaml'], /"yaml" is no format of the log/],
  ])('refuses %j', async (options, why) => {
    const { exitCode, stderr } = await unsent('policyd', '--check', ...options);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(why)]);
  });
});

const activator = findProgram('systemd-socket-activate');

describe.skipIf(!needs('systemd-socket-activate', activator !== null))('systemd', () => {
  test('hands over several sockets', async () => {
    const path = join(folder, 'activated.sock');
    const activate = ['-l', `127.0.0.1:${port}`, '-l', path, process.execPath, unsentBin, ...common(), 'policyd'];
    const daemon = spawn(activator ?? '', activate, { stdio: 'pipe' });
    daemons.push(daemon);
    await waitForStderr(daemon, /Listening on \S*activated\.sock/);
    // The first connection starts it.
    expect(await ask(port, FAILS)).toMatch(/^action=550/);
    expect(await ask(path, FAILS)).toMatch(/^action=550/);
  });

  test('hands over the socket that the configuration names', async () => {
    await writeFile(join(folder, 'unsent.yaml'), `policy: { listen: ['127.0.0.1:${port}'] }\n`);
    const activate = ['-l', `127.0.0.1:${port}`, process.execPath, unsentBin, ...common(), 'policyd'];
    const daemon = spawn(activator ?? '', activate, { stdio: 'pipe' });
    daemons.push(daemon);
    await waitForStderr(daemon, /Listening on/);
    expect(await ask(port, FAILS)).toMatch(/^action=550/);
  });
});

/** An address of this host that is not loopback: a client from there is a stranger. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

describe.skipIf(!needs('an address besides loopback', outside !== undefined))('listening beyond this host', () => {
  const address = outside ?? '';

  test('needs policy.allow', async () => {
    const { exitCode, stderr } = await unsent('policyd', '--listen', `inet:${address}:${port}`);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/policy\.allow/)]);
  });

  test.each([
    ['203.0.113.1/32', ''],
    [`${address}/32`, 'action=550'],
  ])('with policy.allow: [%s] answers %j', async (allowed, answer) => {
    await writeFile(join(folder, 'unsent.yaml'), `policy:\n  allow: [${allowed}]\n`);
    await start('--listen', `inet:${address}:${port}`);
    expect((await ask(port, FAILS, address)).slice(0, 10)).toBe(answer);
  });
});

function common(): string[] {
  const file = (name: string): string => join(folder, name);
  return ['--config', file('unsent.yaml'), '--state', file('state.db'), '--dns', `zone:${file('zone.txt')}`];
}

function args(...options: string[]): string[] {
  const listen = options.includes('--listen') ? [] : ['--listen', `inet:127.0.0.1:${port}`];
  return [...common(), 'policyd', ...listen, ...options];
}

function unsent(...rest: string[]) {
  return runUnsent([...common(), ...rest]);
}

async function start(...options: string[]): Promise<ChildProcess> {
  const daemon = startUnsent(args(...options));
  daemons.push(daemon);
  await waitForStderr(daemon, /listening at/);
  return daemon;
}

/** For a daemon whose log is elsewhere. */
async function startQuietly(...options: string[]): Promise<void> {
  daemons.push(startUnsent(args(...options)));
  await untilListening(port);
}

async function untilListening(where: number): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if ((await ask(where, policyRequest({})).catch(() => '')) !== '') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it does not listen');
}

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  if (!isSo()) throw new Error('it did not come to be so');
}

/** The answer on a connection of its own; empty when it was closed without one. */
function ask(where: number | string, text: string, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = typeof where === 'string' ? connect(where) : connect(where, host);
    let answer = '';
    socket.once('error', (error) => ('code' in error && error.code === 'ECONNRESET' ? resolve('') : reject(error)));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      if (answer.endsWith('\n\n')) socket.end();
    });
    socket.once('close', () => resolve(answer));
    socket.write(text);
  });
}
