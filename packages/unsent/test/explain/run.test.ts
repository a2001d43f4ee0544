import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

const folder = mkdtempSync(join(tmpdir(), 'unsent-explain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

writeFileSync(join(folder, 'unsent.yaml'), 'domains:\n  sending:\n    example.com:\n      outbound: [192.0.2.7]\n');
writeFileSync(join(folder, 'zone.txt'), 'example.com. 300 IN TXT "v=spf1 ip4:192.0.2.0/28 -all"\n');

const BOUNCE = `Delivered-To: anna@example.com
Received: from mx.reporter.example (mx.reporter.example [198.51.100.25]) by mail.example.com; Mon, 02 Mar 2026 10:00:00 +0000
From: MAILER-DAEMON@mx.reporter.example
To: <anna@example.com>
Subject: Undelivered Mail Returned to Sender
Date: Mon, 02 Mar 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.reporter.example

Final-Recipient: rfc822; ben@reporter.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such \x1b[31muser

--b
Content-Type: text/rfc822-headers

Received: from ylmf-pc (unknown [203.0.113.9]) by mx.reporter.example; Mon, 02 Mar 2026 09:59:00 +0000
From: Anna <anna@example.com>
Subject: \x1b]0;evil\x07 \u202e prize
Message-ID: <one@elsewhere.example>

--b--
`;

async function unsent(args: readonly string[], stdin = BOUNCE): Promise<{ code: number; out: string; err: string }> {
  const surroundings = fakeSurroundings({ stdin, env: { HOME: folder }, cwd: folder });
  const places = ['--config', join(folder, 'unsent.yaml'), '--state', join(folder, 'none.db')];
  const code = await runCli([...places, '--dns', `zone:${join(folder, 'zone.txt')}`, ...args], surroundings, '0.0.0');
  return { code, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
}

test('tells what the message is, what was read, each rule that spoke, and the verdict', async () => {
  const { code, out } = await unsent(['explain', '-']);
  expect(code).toBe(0);
  expect(out).toContain('standard input: a delivery report');
  expect(out).toMatch(/handed over by +203\.0\.113\.9 ylmf-pc: SPF fail \(-all\) +returned Received/);
  expect(out).toContain('spf-fail (strong, for backscatter)');
  expect(out).toContain('no-own-host (strong, for backscatter)');
  expect(out).toContain('Verdict: backscatter. 2 strong facts agree, and none speaks against them.');
});

test('a pipe is read, as of `unsent explain <(zcat message.gz)`', async () => {
  const pipe = join(folder, 'pipe');
  const file = join(folder, 'piped.eml');
  writeFileSync(file, BOUNCE);
  execFileSync('mkfifo', [pipe]);
  spawn('sh', ['-c', `cat "${file}" >"${pipe}"`], { stdio: 'ignore' });
  const { code, out } = await unsent(['explain', pipe]);
  expect(code).toBe(0);
  expect(out).toContain(`${pipe}: a delivery report`);
});

test('what came from the message cannot reach the terminal', async () => {
  const { out } = await unsent(['explain', '-']);
  expect(out).toContain('\\e]0;evil');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
  expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/);
});

test('--json gives the same as data', async () => {
  const told: unknown = JSON.parse((await unsent(['--json', 'explain', '-'])).out);
  expect(told).toMatchObject({
    message: '-',
    kind: 'bounce',
    verdict: 'backscatter',
    rules: [{ rule: 'spf-fail', strength: 'strong', points: 'backscatter' }, { rule: 'no-own-host' }],
  });
});

test('ordinary mail has no verdict', async () => {
  const { code, out } = await unsent(
    ['explain', '-'],
    'From: a@example.org\nTo: b@example.com\nSubject: lunch?\n\nAt 12?\n',
  );
  expect(code).toBe(0);
  expect(out).toContain('There is nothing to judge');
});

test.each([
  ['/nowhere/x.eml', 'cannot read /nowhere/x.eml: there is no such file'],
  [folder, 'it is a folder'],
])('%s: one clear line', async (place, message) => {
  const { code, err } = await unsent(['explain', place]);
  expect([code, err.includes(message)]).toEqual([1, true]);
});

test('an empty message says so', async () => {
  expect(await unsent(['explain', '-'], '')).toMatchObject({
    code: 1,
    err: expect.stringContaining('standard input is empty'),
  });
});

describe('a mailbox', () => {
  const mailbox = join(folder, 'box.mbox');
  const lunch = 'From: a@example.org\nTo: b@example.com\nSubject: lunch?\n\nAt 12?\n>From now on?\n';
  writeFileSync(
    mailbox,
    `From a@example.org Mon Mar  2 10:00:00 2026\n${lunch}\nFrom MAILER-DAEMON Mon Mar  2 11:00:00 2026\n${BOUNCE}`,
  );
  writeFileSync(join(folder, 'one.mbox'), `From MAILER-DAEMON Mon Mar  2 11:00:00 2026\n${BOUNCE}`);
  writeFileSync(join(folder, 'two.mbox.gz'), gzipSync(readFileSync(mailbox)));

  test.each(['box.mbox#2', 'two.mbox.gz#2', 'one.mbox', 'one.mbox#1'])('%s is the bounce', async (place) => {
    const { code, out } = await unsent(['explain', join(folder, place)]);
    expect([code, out.includes('Verdict: backscatter')]).toEqual([0, true]);
  });

  test('box.mbox#1 is the other message', async () => {
    expect((await unsent(['explain', `${mailbox}#1`])).out).toContain('#1: ordinary mail');
  });

  test('a file whose name looks like a place is that file', async () => {
    writeFileSync(`${mailbox}#7`, BOUNCE);
    expect((await unsent(['explain', `${mailbox}#7`])).out).toContain('#7: a delivery report');
  });

  test.each([
    ['box.mbox', /box\.mbox is a mailbox with more than one message\n.*explain '.*box\.mbox#2'/],
    ['box.mbox#3', /box\.mbox has no message 3: it holds 2\n/],
    ['box.mbox#0', /box\.mbox has no message 0/],
    ['nowhere.mbox#1', /nowhere\.mbox/],
  ])('%s: one clear line', async (place, message) => {
    const { code, err } = await unsent(['explain', join(folder, place)]);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });
});
