import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { isNoticeAddress, noticeMessage } from '../../src/notify/message.ts';
import { bounceTo, letterTo, mboxOf } from '../support/mail.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

const Database = createRequire(new URL('../../../store/package.json', import.meta.url))('libsql');

let folder = '';
let number = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-notify-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  number = 0;
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  configure('');
  sendmail('exit 0');
});

function configure(notify: string): void {
  const domains = 'domains:\n  unused: [parked.example, old.example]\n  receiving: [shop.example]\n';
  writeFileSync(join(folder, 'unsent.yaml'), `${domains}notify:\n  sendmail: ./sendmail\n${notify}`);
}

/** A sendmail that writes down its arguments, one a line, and what it read; then runs `rest`. */
function sendmail(rest: string): void {
  const script = [
    '#!/bin/sh',
    `cd '${folder}'`,
    'printf "%s\\n" "$@" > argv',
    'env > environment',
    'cat > stdin',
    rest,
    '',
  ].join('\n');
  writeFileSync(join(folder, 'sendmail'), script);
  chmodSync(join(folder, 'sendmail'), 0o755);
}

/** What sendmail was given since the last call; null when it was not started. */
function sent(): { argv: string[]; header: Map<string, string>; body: string } | null {
  if (!existsSync(join(folder, 'argv'))) return null;
  const argv = readFileSync(join(folder, 'argv'), 'utf8').trimEnd().split('\n');
  const [header = '', ...body] = readFileSync(join(folder, 'stdin'), 'utf8').split('\n\n');
  rmSync(join(folder, 'argv'));
  const fields = header.split('\n').map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  return { argv, header: new Map(fields), body: body.join('\n\n') };
}

async function scan(at: string, messages: readonly string[], ...args: string[]) {
  const mailbox = join(folder, `mailbox${number++}`);
  writeFileSync(mailbox, mboxOf(messages));
  const base = fakeSurroundings({
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, UNSENT_IMAP_PASSWORD: 'planted-3Fz9' },
  });
  const surroundings = { ...base, now: () => new Date(at) };
  const globals = ['--config', 'unsent.yaml', '--dns', 'zone:dns.txt', '--state', 'state.db', '--quiet'];
  const exitCode = await runCli(['scan', ...globals, ...args, mailbox], surroundings, '1.2.3');
  return { exitCode, err: surroundings.stderr.text() };
}

function bounces(from: number, to: number, address = 'sales@parked.example'): string[] {
  return Array.from({ length: to - from }, (_, i) => bounceTo(address, '203.0.113.9', from + i));
}

const DAY = '2026-11-23T12:00:00Z';

test('new backscatter is told in a short plain message from the null sender that no robot answers', async () => {
  const { exitCode, err } = await scan(
    DAY,
    [...bounces(0, 3), ...bounces(3, 4, 'info@old.example'), letterTo('anna@shop.example')],
    '--notify',
    'postmaster@home.example',
  );
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  const notice = sent();
  expect(notice?.argv).toEqual(['-i', '-f', '<>', '--', 'postmaster@home.example']);
  expect([...(notice?.header.keys() ?? [])]).toEqual([
    'From',
    'To',
    'Subject',
    'Date',
    'Message-ID',
    'Auto-Submitted',
    'MIME-Version',
    'Content-Type',
    'Content-Transfer-Encoding',
  ]);
  expect(Object.fromEntries(notice?.header ?? [])).toMatchObject({
    To: '<postmaster@home.example>',
    Subject: '4 new bounces of forged mail',
    Date: 'Mon, 23 Nov 2026 12:00:00 +0000',
    'Auto-Submitted': 'auto-generated',
    'Content-Type': 'text/plain; charset=us-ascii',
  });
  expect(notice?.body).toContain('found 4 bounces of mail that you never sent:');
  expect(notice?.body).toMatch(/^ {2}parked\.example 3\n {2}old\.example 1$/m);
});

test('without --notify and notify.to nothing is sent', async () => {
  await scan(DAY, bounces(0, 3));
  expect(sent()).toBeNull();
});

test('a scan that finds no backscatter tells nobody', async () => {
  configure('  to: root\n');
  await scan(DAY, [letterTo('anna@shop.example')]);
  expect(sent()).toBeNull();
});

test('what stays below the threshold waits and is told with the rest', async () => {
  configure('  to: root\n  threshold: 5\n');
  await scan(DAY, bounces(0, 3));
  expect(sent()).toBeNull();
  await scan(DAY, bounces(3, 6));
  expect(sent()?.header.get('Subject')).toBe('6 new bounces of forged mail');
});

test('what comes in the quiet time waits, and is told once', async () => {
  configure('  to: root\n  quietHours: 6\n');
  await scan(DAY, bounces(0, 1));
  expect(sent()?.header.get('Subject')).toBe('1 new bounce of forged mail');
  await scan('2026-11-23T17:59:00Z', bounces(1, 3));
  expect(sent()).toBeNull();
  await scan('2026-11-23T18:00:00Z', []);
  const notice = sent();
  expect(notice?.header.get('Subject')).toBe('2 new bounces of forged mail');
  expect(notice?.body).toContain('since 2026-11-23 12:00 UTC');
  await scan('2026-11-25T18:00:00Z', []);
  expect(sent()).toBeNull();
});

describe('a notice that cannot be sent is told, exit code 1, and tried again by the next run', () => {
  test.each([
    ['refuses', 'echo "queue is full" >&2; exit 75', /sendmail ended with 75: queue is full$/m],
    ['is killed', 'kill -9 $$', /sendmail was ended by SIGKILL$/m],
  ])('sendmail %s', async (_, rest, says) => {
    configure('  to: root\n');
    sendmail(rest);
    const { exitCode, err } = await scan(DAY, bounces(0, 2));
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^unsent: The notice to root was not sent: /);
    expect(err).toMatch(says);
    sent();
    sendmail('exit 0');
    expect((await scan(DAY, [])).exitCode).toBe(0);
    expect(sent()?.header.get('Subject')).toBe('2 new bounces of forged mail');
  });

  test('sendmail is missing', async () => {
    configure('  to: root\n');
    rmSync(join(folder, 'sendmail'));
    const { exitCode, err } = await scan(DAY, bounces(0, 2));
    expect(exitCode).toBe(1);
    expect(err).toMatch(/sendmail cannot be started \(.*ENOENT\)\n {2}\S/);
  });
});

test.each([
  'postmaster@home.example\nBcc: everybody@example.net',
  'postmaster@home.example\r\n\r\nbody',
  '-oQ/tmp@home.example',
  '-t',
  'a@example.net, b@example.net',
  'Anna <anna@example.net>',
  'anna@',
  '@example.net',
  '',
  'anna@exa mple.net',
  '|cat',
  '/etc/passwd',
])('%j is no address to send a notice to', async (address) => {
  expect(isNoticeAddress(address)).toBe(false);
  const { exitCode, err } = await scan(DAY, bounces(0, 1), `--notify=${address}`);
  expect(exitCode).toBe(2);
  expect(err).toMatch(/^unsent: --notify /);
  expect(sent()).toBeNull();
});

test('a notice that is scanned itself is no backscatter, also when it came back', async () => {
  const notice = noticeMessage({
    from: 'unsent@mx.home.example',
    to: 'info@parked.example',
    host: 'mx.home.example',
    at: new Date(DAY),
    unique: 'a-b-c',
    since: null,
    domains: [{ domain: null, backscatter: 2 }],
  });
  await scan(DAY, [`Return-Path: <>\n${notice}`], '--notify', 'root');
  expect(sent()).toBeNull();
});

test('sendmail finds its way in the environment, and none of our secrets', async () => {
  await scan(DAY, bounces(0, 1), '--notify', 'postmaster@home.example');
  const environment = readFileSync(join(folder, 'environment'), 'utf8');
  expect(environment).toContain(`HOME=${folder}\n`);
  expect(environment).not.toContain('planted-3Fz9');
});

test('of two scans that end at once each bounce is told once', async () => {
  configure('  quietHours: 0\n');
  const to = ['--notify', 'postmaster@home.example'] as const;
  await scan(DAY, [letterTo('anna@shop.example')], ...to);
  const database = new Database(join(folder, 'state.db'));
  const at = new Date(DAY).getTime();
  const lock = 'notice postmaster@home.example';
  database.exec(`INSERT INTO scan_lock VALUES ('${lock}', 'mx2', 7, 'x', ${at}, ${at})`);
  const scanning = scan(DAY, bounces(0, 3), ...to);
  const recorded = (): unknown => database.prepare('SELECT max(id) AS last FROM event').get().last;
  while (recorded() !== 4) await new Promise((resume) => setTimeout(resume, 10));
  // The other one has told of two.
  database.exec(`UPDATE notice SET told_event = 3; DELETE FROM scan_lock WHERE name = '${lock}'`);
  database.close();
  expect(await scanning).toEqual({ exitCode: 0, err: '' });
  expect(sent()?.header.get('Subject')).toBe('1 new bounce of forged mail');
});
