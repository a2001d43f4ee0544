import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { bounceTo, letterTo, mboxOf } from '../support/mail.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

let folder = '';
let mailbox = '';

const MAIL = [
  bounceTo('sales@parked.example', '203.0.113.9', 1),
  bounceTo('info@parked.example', '203.0.113.9', 2),
  letterTo('anna@shop.example'),
];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-scan-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  mailbox = join(folder, 'mailbox');
  writeFileSync(mailbox, mboxOf(MAIL));
  writeFileSync(join(folder, 'unsent.yaml'), 'domains:\n  unused: [parked.example]\n  receiving: [shop.example]\n');
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
});

type Run = { readonly exitCode: number; readonly out: string; readonly err: string };

async function scan(args: readonly string[], stdin?: string): Promise<Run> {
  const surroundings = fakeSurroundings({
    cwd: folder,
    env: { HOME: folder },
    ...(stdin === undefined ? {} : { stdin }),
  });
  const globals = ['--config', 'unsent.yaml', '--dns', 'zone:dns.txt', '--state', 'state.db'];
  const exitCode = await runCli(['scan', ...globals, ...args], surroundings, '1.2.3');
  return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
}

async function scanJson(...args: string[]): Promise<Record<string, unknown>[]> {
  const { out } = await scan(['--json', ...args]);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line));
}

describe('for people', () => {
  test('a scan ends with a table, what is behind it, and what to type', async () => {
    const { exitCode, out, err } = await scan([mailbox]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toMatch(/^3 new messages: 2 bounces, 2 backscatter \(1 mailbox, /);
    expect(out).toMatch(/^parked\.example +2 +2 +2 +100 % +2026-11-23 +2026-11-23$/m);
    expect(out).toMatch(/^shop\.example +1 +0 +0 /m);
    expect(out).toMatch(/^ {2}reported by +mx\.example\.net 2$/m);
    expect(out).toMatch(/^ {2}injected by +203\.0\.113\.9 2$/m);
    expect(out).toMatch(/^ {2}shown by +domain-unused 2/m);
    expect(out).toMatch(/^ {4}unsent lockdown parked\.example$/m);
  });

  test('a second scan says that nothing came, and shows what is known', async () => {
    await scan([mailbox]);
    const { exitCode, out } = await scan([mailbox]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^Nothing new\. Seen so far: 3 messages/);
    expect(out).toMatch(/^parked\.example +2 +2 +2/m);
  });

  test('a later scan shows what is new, and all of it in one line', async () => {
    await scan([mailbox]);
    appendFileSync(mailbox, mboxOf([bounceTo('sales@parked.example', '203.0.113.10', 3)]));
    const { out } = await scan([mailbox]);
    expect(out).toMatch(/^1 new message: 1 bounce, 1 backscatter/);
    expect(out).toMatch(/^In all since 2026-11-23: 4 messages, 3 backscatter\.$/m);
  });

  test('an empty mailbox is no error', async () => {
    writeFileSync(mailbox, '');
    const { exitCode, out } = await scan([mailbox]);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/^No message was found/) });
  });

  test('what mail brought is escaped', async () => {
    const hostile = bounceTo('sales@parked.example', '203.0.113.9').replace(
      'dns; mx.example.net',
      'dns; \x1b]0;owned\x07mx.\u202eexample.net',
    );
    writeFileSync(mailbox, mboxOf([hostile]));
    const { out } = await scan([mailbox]);
    expect(out).not.toContain('\x1b');
    expect(out).not.toContain('\u202e');
  });

  test('--quiet says nothing unless something is new, and then little', async () => {
    expect((await scan(['--quiet', mailbox])).out).toBe(
      [
        '3 new messages in 1 mailbox: 2 bounces, 2 backscatter.',
        'Backscatter by domain: parked.example 2.',
        'To do: unsent lockdown parked.example',
        '',
      ].join('\n'),
    );
    expect(await scan(['--quiet', mailbox])).toEqual({ exitCode: 0, out: '', err: '' });
  });

  test('--quiet tells also that mail really came from a domain that is declared unused', async () => {
    const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
    const sent = { messageId: '<spam.1@bot.example.org>', from: 'sales@parked.example', date: '2026-11-23T08:58:00Z' };
    writeFileSync(join(folder, 'sent.jsonl'), `${JSON.stringify(sent)}\n`);
    const globals = ['--config', 'unsent.yaml', '--state', 'state.db'];
    expect(await runCli(['sentlog', 'import', 'sent.jsonl', ...globals], surroundings, '1.2.3')).toBe(0);
    const { out } = await scan(['--quiet', mailbox]);
    expect(out).toContain('\nWarning: parked.example is unused, but 1 returned message really came from it. ');
    expect(out).not.toContain('unsent lockdown');
  });
});

describe('for programs', () => {
  test('--json prints one line per message and nothing else', async () => {
    const lines = await scanJson(mailbox);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toEqual({
      id: `${mailbox}#1`,
      messageId: 'bounce.1@mx.example.net',
      kind: 'bounce',
      recipients: [
        {
          address: 'nobody@example.net',
          originalRecipient: null,
          status: '5.1.1',
          replycode: '550',
          action: 'failed',
          reason: 'userunknown',
          remoteMta: null,
          diagnostic: '550 5.1.1 no such user',
        },
      ],
      original: { messageId: 'spam.1@bot.example.org', from: 'sales@parked.example', originIp: '203.0.113.9' },
      backscatter: 'yes',
      decisive: true,
      evidence: expect.arrayContaining(['domain-unused']),
      domain: 'parked.example',
      reporter: 'mx.example.net',
      originSpf: 'none',
      subject: 'Undelivered Mail Returned to Sender',
      arrivedAt: '2026-11-23T09:00:01.000Z',
      known: false,
      error: null,
    });
    expect(lines.map(({ kind, backscatter, known }) => [kind, backscatter, known])).toEqual([
      ['bounce', 'yes', false],
      ['bounce', 'yes', false],
      ['ordinary', 'unknown', false],
    ]);
  });

  test('a copy in another mailbox has a line, marked as known', async () => {
    await scan([mailbox]);
    mkdirSync(join(folder, 'Maildir/new'), { recursive: true });
    writeFileSync(join(folder, 'Maildir/new/1.host'), MAIL[0]?.replaceAll('\n', '\r\n') ?? '');
    writeFileSync(join(folder, 'Maildir/new/2.host'), bounceTo('info@parked.example', '203.0.113.9', 7));
    const lines = await scanJson(join(folder, 'Maildir'));
    expect(lines.map(({ messageId, known }) => [messageId, known])).toEqual([
      ['bounce.1@mx.example.net', true],
      ['bounce.7@mx.example.net', false],
    ]);
  });

  test('of two copies in one run the first counts', async () => {
    writeFileSync(mailbox, mboxOf([MAIL[0] ?? '', MAIL[0] ?? '']));
    expect((await scanJson(mailbox)).map(({ known }) => known)).toEqual([false, true]);
  });

  test('--again reads what was read before, and counts nothing twice', async () => {
    await scan([mailbox]);
    expect(await scanJson(mailbox)).toEqual([]);
    expect((await scanJson('--again', mailbox)).map(({ known }) => known)).toEqual([true, true, true]);
    expect((await scan([mailbox])).out).toMatch(/^Nothing new\. Seen so far: 3 messages/);
  });
});

test('a domain that is declared later: a hint, and --again judges anew without counting twice', async () => {
  const config = join(folder, 'unsent.yaml');
  writeFileSync(config, 'domains:\n  sending: {parked.example: {}}\n');
  await scan([mailbox]);
  writeFileSync(config, 'domains:\n  unused: [parked.example]\n');
  const hinted = await scan([mailbox]);
  expect(hinted.err).toContain('--again');
  expect(hinted.out).toMatch(/^parked\.example +2 +2 +0/m);
  const again = await scan(['--again', mailbox]);
  expect(again.err).toBe('');
  expect(again.out).toMatch(/^Judged again: 2 verdicts changed/);
  expect(again.out).toMatch(/^parked\.example +2 +2 +2 +100 %/m);
  const last = await scan(['--again', mailbox]);
  expect(last).toMatchObject({ err: '', out: expect.stringMatching(/^Nothing new\. Seen so far: 3 messages/) });
});

test('--forget leaves no trace', async () => {
  expect((await scan(['--forget', mailbox])).out).toMatch(/^3 new messages/);
  expect(existsSync(join(folder, 'state.db'))).toBe(false);
});

test('standard input is an mbox or a message', async () => {
  expect((await scan(['-'], mboxOf(MAIL))).out).toMatch(/^3 new messages/);
  expect((await scan(['-'], MAIL[0])).out).toMatch(/^Nothing new/);
  expect((await scan(['-'], letterTo('x@shop.example', 9))).out).toMatch(/^1 new message/);
});

describe('exit codes', () => {
  test('--fail-on backscatter ends with 5 while there is new backscatter', async () => {
    expect((await scan(['--fail-on', 'backscatter', mailbox])).exitCode).toBe(5);
    expect((await scan(['--fail-on', 'backscatter', mailbox])).exitCode).toBe(0);
    appendFileSync(mailbox, mboxOf([letterTo('anna@shop.example', 2)]));
    expect((await scan(['--fail-on', 'backscatter', mailbox])).exitCode).toBe(0);
  });

  test('a source that cannot be read is told, the others are read, and the end is 1', async () => {
    const missing = join(folder, 'missing');
    const binary = join(folder, 'binary');
    writeFileSync(binary, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]));
    mkdirSync(join(folder, 'empty'));
    const { exitCode, out, err } = await scan([missing, binary, join(folder, 'empty'), mailbox]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^3 new messages/);
    const lines = err.split('\n').filter((line) => line.startsWith('unsent: '));
    expect(lines).toEqual([
      `unsent: ${missing} does not exist.`,
      expect.stringMatching(/binary is no mail: /),
      expect.stringMatching(/empty is neither a Maildir .* nor a folder of messages\.$/),
    ]);
  });

  test.each([
    [[], 'scan needs a mailbox'],
    [['-', '-'], 'standard input (-) can be read once only'],
    [['--jobs', '0', 'x'], '--jobs 0: expected a whole number from 1 to 64'],
    [['--jobs', 'many', 'x'], '--jobs many: expected a whole number from 1 to 64'],
    [['--top', '-1', 'x'], '--top -1: expected a whole number from 0 to 1000'],
    [['--fail-on', 'rain', 'x'], "option '--fail-on <finding>' argument 'rain' is invalid"],
  ])('%j is wrong usage: 2, before anything is made', async (args, message) => {
    const { exitCode, out, err } = await scan(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
    expect(existsSync(join(folder, 'state.db'))).toBe(false);
  });
});

test('a message that cannot be read is one line with an error, and the scan goes on', async () => {
  mkdirSync(join(folder, 'Maildir/new'), { recursive: true });
  mkdirSync(join(folder, 'Maildir/new/1.folder'));
  writeFileSync(join(folder, 'Maildir/new/2.host'), MAIL[0] ?? '');
  const { exitCode, out, err } = await scan(['--json', join(folder, 'Maildir')]);
  expect(exitCode).toBe(1);
  expect(err).toContain('1 of its messages could not be opened');
  // Without --json nobody would learn which.
  expect(err).toMatch(/^ {2}(?=.*EISDIR).*Maildir\/new\/1\.folder/m);
  const lines = out
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
  expect(lines).toMatchObject([{ kind: 'ordinary', error: expect.stringContaining('EISDIR') }, { kind: 'bounce' }]);
});
