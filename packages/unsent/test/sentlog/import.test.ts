import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

const folder = mkdtempSync(join(tmpdir(), 'unsent-sentlog-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = write('unsent.yaml', 'domains:\n  sending:\n    example.com:\n      outbound: [192.0.2.7]\n');

function write(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function jsonLine(id: string, day: number, from = 'anna@example.com'): string {
  return `${JSON.stringify({ messageId: id, from, date: `2026-03-0${day}T10:00:00` })}\n`;
}

async function unsent(
  state: string,
  args: readonly string[],
  stdin = '',
): Promise<{ code: number; out: string; err: string }> {
  const surroundings = fakeSurroundings({ stdin, env: { HOME: folder }, cwd: folder });
  const all = ['--config', config, '--state', join(folder, state), ...args];
  const code = await runCli(all, surroundings, '0.0.0');
  return { code, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
}

const three = write('sent.jsonl', jsonLine('1@x', 1) + jsonLine('2@x', 2) + jsonLine('3@x', 2, 'x@example.org'));

describe('unsent sentlog import', () => {
  test('counts what is new, and nothing twice', async () => {
    expect(await unsent('twice.db', ['sentlog', 'import', three])).toMatchObject({ code: 0, err: '' });
    const again = await unsent('twice.db', ['sentlog', 'import', three]);
    expect(again.out).toContain('2 messages, 0 new, from 2026-03-01 10:00 UTC to 2026-03-02 10:00 UTC');
    const status = await unsent('twice.db', ['--json', 'sentlog', 'status']);
    expect(JSON.parse(status.out)).toMatchObject({
      messages: 2,
      senders: [{ domain: 'example.com', host: '' }],
      hosts: [{ spans: [{ from: '2026-03-01T10:00:00.000Z', until: '2026-03-02T10:00:00.000Z' }] }],
    });
  });

  test('reads Postfix lines from standard input, and gzipped files', async () => {
    const stamp = '2026-03-02T10:00:00Z out1 postfix';
    const log = `${stamp}/cleanup[7]: 4F2A1: message-id=<one@example.com>\n${stamp}/qmgr[1]: 4F2A1: from=<a@example.com>, size=9, nrcpt=1\n`;
    expect((await unsent('stdin.db', ['sentlog', 'import', '-'], log)).out).toContain(
      'standard input: 1 message, all new',
    );
    const gz = write('mail.log.1.gz', gzipSync(log));
    expect((await unsent('stdin.db', ['sentlog', 'import', gz])).out).toContain('1 message, 0 new');
  });

  test('forgets what is older than --keep, counted from the newest entry', async () => {
    const found = await unsent('keep.db', [
      'sentlog',
      'import',
      '--keep',
      '1',
      write('old.jsonl', jsonLine('1@x', 1) + jsonLine('2@x', 9)),
    ]);
    expect(found.out).toContain('Forgot 1 message older than 1 day');
  });

  test('a partial log covers no time', async () => {
    await unsent('partial.db', ['sentlog', 'import', '--partial', three]);
    expect((await unsent('partial.db', ['sentlog', 'status'])).out).toContain('No time is covered');
  });

  test('says how many lines it could not read, and why the first', async () => {
    const found = await unsent('bad.db', [
      'sentlog',
      'import',
      write('bad.jsonl', `${jsonLine('1@x', 1)}oops\noops\n`),
    ]);
    expect(found).toMatchObject({ code: 0 });
    expect(found.err).toContain('2 lines could not be read; line 2: it is no JSON object');
  });

  test.each<[string, () => string[], number, string]>([
    ['no such file', () => ['/nowhere/mail.log'], 1, 'cannot read /nowhere/mail.log: there is no such file'],
    ['a folder', () => [folder], 1, 'it is a folder'],
    ['an empty file', () => [write('empty.log', '')], 1, 'No sent mail from a domain of yours was found in 0 lines'],
    ['no gzip', () => [write('broken.gz', 'hello')], 1, 'cannot read'],
    ['an unknown format', () => ['--format', 'exim', three], 2, "unknown format 'exim'"],
    ['a senseless --keep', () => ['--keep', 'long', three], 2, '--keep wants a whole number of days'],
  ])('%s: one clear line', async (_title, args, code, message) => {
    const failed = await unsent('fails.db', ['sentlog', 'import', ...args()]);
    expect(failed.code).toBe(code);
    expect(failed.err).toContain(message);
  });
});

test('the status of nothing says how to begin, and makes no database', async () => {
  expect((await unsent('never.db', ['sentlog', 'status'])).out).toContain('unsent sentlog import FILE');
});
