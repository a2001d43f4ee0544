import { type ChildProcess, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bounceTo, letterTo, mboxOf } from '../../packages/unsent/test/support/mail.ts';
import { type CliResult, nodeForEveryone, runUnsent, startUnsent, unsentBin } from '../support/cli.ts';
import { findProgram } from '../support/require.ts';

const Database = createRequire(new URL('../../packages/store/package.json', import.meta.url))('libsql');

type Place = { readonly folder: string; readonly state: string; readonly globals: readonly string[] };

function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'unsent.yaml'), 'domains:\n  unused: [parked.example]\n  receiving: [shop.example]\n');
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  const state = join(folder, 'state.db');
  return {
    folder,
    state,
    globals: ['--config', join(folder, 'unsent.yaml'), '--dns', `zone:${join(folder, 'dns.txt')}`, '--state', state],
  };
}

/** Every tenth is a letter, the rest is backscatter. */
function messages(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) =>
    (from + i) % 10 === 0
      ? letterTo('anna@shop.example', from + i)
      : bounceTo(`user${from + i}@parked.example`, `203.0.113.${(from + i) % 250}`, from + i),
  );
}

function scan({ globals }: Place, ...args: string[]): Promise<CliResult> {
  return runUnsent(['scan', ...globals, ...args]);
}

/** What the ledger holds, asked by a scan that finds nothing new. */
async function ledgerOf(at: Place, ...sources: string[]): Promise<{ messages: number; backscatter: number }> {
  const { stdout } = await scan(at, ...sources);
  const messages = /^Nothing new\. Seen so far: ([\d,]+) messages?/.exec(stdout)?.[1];
  const backscatter = /^parked\.example +[\d,]+ +[\d,]+ +([\d,]+)/m.exec(stdout)?.[1];
  return { messages: numberOf(messages), backscatter: numberOf(backscatter) };
}

function numberOf(text: string | undefined): number {
  return Number((text ?? 'NaN').replaceAll(',', ''));
}

test('two threads say the same as one', async () => {
  const at = place();
  const mailbox = join(at.folder, 'mbox');
  writeFileSync(mailbox, mboxOf(messages(0, 2500)));
  const one = await scan(at, '--json', '--forget', '--jobs', '1', mailbox);
  const two = await scan(at, '--json', '--forget', '--jobs', '2', mailbox);
  expect(one.stdout.split('\n')).toHaveLength(2501);
  expect(two).toEqual(one);
});

describe('a database that cannot be used is one line and a hint, exit code 1, and left as it was', () => {
  const make = (path: string, statements: string): void => {
    const database = new Database(path);
    database.exec(statements);
    database.close();
  };
  test.each<[string, string, (path: string) => void]>([
    [
      'newer',
      'was written by a newer version of unsent',
      (path) => make(path, 'PRAGMA application_id = 1970172788; PRAGMA user_version = 999'),
    ],
    ["another program's", 'is not a database of unsent', (path) => make(path, 'CREATE TABLE bookmarks (url TEXT)')],
    [
      'damaged',
      'is damaged',
      (path) => {
        make(path, 'PRAGMA application_id = 1970172788; CREATE TABLE a (b)');
        writeFileSync(path, readFileSync(path).fill(0xff, 100, 200));
      },
    ],
    ['no database', 'is not a database of unsent', (path) => writeFileSync(path, 'my notes\n'.repeat(100))],
  ])('%s', async (_, message, prepare) => {
    const at = place();
    const mailbox = join(at.folder, 'mbox');
    writeFileSync(mailbox, mboxOf(messages(0, 3)));
    prepare(at.state);
    const before = readFileSync(at.state, 'hex');
    const { exitCode, stdout, stderr } = await scan(at, mailbox);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^unsent: The database .+\n {2,}\S.+\n$/);
    expect(stderr).toContain(`${at.state} ${message}`);
    expect(readFileSync(at.state, 'hex')).toBe(before);
  });

  test('locked', async () => {
    const at = place();
    const mailbox = join(at.folder, 'mbox');
    writeFileSync(mailbox, mboxOf(messages(0, 3)));
    await scan(at, mailbox);
    const holder = new Database(at.state);
    holder.exec('BEGIN IMMEDIATE');
    const { exitCode, stderr } = await scan(at, mailbox);
    holder.exec('ROLLBACK');
    holder.close();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('is locked by another program');
    expect(await ledgerOf(at, mailbox)).toEqual({ messages: 3, backscatter: 2 });
  });
});

test('a mailbox and a database that this user may not read are told by name', async () => {
  const at = place();
  const mailbox = join(at.folder, 'mbox');
  writeFileSync(mailbox, mboxOf(messages(0, 3)));
  chmodSync(mailbox, 0);
  chmodSync(at.folder, 0o755);
  const result = asNobody(['scan', ...at.globals.slice(0, 4), '--forget', mailbox]);
  expect(result.stderr).toContain(`unsent: ${mailbox} cannot be read`);
  expect(result.status).toBe(1);
  writeFileSync(at.state, '');
  chmodSync(at.state, 0);
  chmodSync(mailbox, 0o644);
  const second = asNobody(['scan', ...at.globals, mailbox]);
  expect(second.stderr).toContain(`${at.state} cannot be opened for reading and writing`);
  expect(second.status).toBe(1);
});

/** Root may read everything, so the command then runs as nobody. */
function asNobody(args: readonly string[]) {
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  return spawnSync(nodeForEveryone(), [unsentBin, ...args], {
    encoding: 'utf8',
    env: { HOME: '/nonexistent' },
    ...user,
  });
}

test('scans of several mailboxes at once count each message once', async () => {
  const at = place();
  const mailboxes = ['one', 'other', 'third'].map((name) => join(at.folder, name));
  for (const [index, mailbox] of mailboxes.entries()) {
    writeFileSync(mailbox, mboxOf(messages(index * 1000, index * 1000 + 2000)));
  }
  const runs = await Promise.all(mailboxes.map((mailbox) => scan(at, mailbox)));
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  expect(await ledgerOf(at, ...mailboxes)).toEqual({ messages: 4000, backscatter: 3600 });
});

describe('a mailbox that another scan is reading', () => {
  /** A scan that waits in the middle: its second mailbox is a pipe that nobody writes to. */
  async function waitingScan(at: Place, mailbox: string): Promise<ChildProcess> {
    const pipe = join(at.folder, 'pipe');
    spawnSync(findProgram('mkfifo') ?? '', [pipe]);
    const child = startUnsent(['scan', ...at.globals, mailbox, pipe]);
    onTestFinished(() => void child.kill('SIGKILL'));
    while (!isHeld(at)) await new Promise((resume) => setTimeout(resume, 20));
    return child;
  }

  function isHeld({ state }: Place): boolean {
    if (!existsSync(state)) return false;
    const database = new Database(state, { timeout: 5000 });
    try {
      return database.prepare('SELECT count(*) AS n FROM scan_lock').get().n > 0;
    } catch {
      return false; // the first scan is making the tables
    } finally {
      database.close();
    }
  }

  test('is left to it: told with exit code 6, and no news with --quiet', async () => {
    const at = place();
    const [mailbox, other] = [join(at.folder, 'mbox'), join(at.folder, 'other')];
    writeFileSync(mailbox, mboxOf(messages(0, 3)));
    writeFileSync(other, mboxOf(messages(10, 12)));
    const child = await waitingScan(at, mailbox);
    const second = await scan(at, mailbox);
    expect(second).toMatchObject({ exitCode: 6, stdout: '' });
    expect(second.stderr).toMatch(
      new RegExp(`^unsent: ${mailbox}: another run \\(process ${child.pid}, since 2.*Z\\) is reading it\n {2}\\S.*\n$`),
    );
    expect(await scan(at, '--quiet', mailbox)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const third = await scan(at, mailbox, other);
    expect(third.exitCode).toBe(6);
    expect(third.stdout).toMatch(/^2 new messages/);
  });

  test.each([
    ['a glob', 'mb?x'],
    ['a link', 'link'],
    ['a path with turns', './x/../mbox'],
  ])('is known whatever it is called: by %s', async (_, name) => {
    const at = place();
    writeFileSync(join(at.folder, 'mbox'), mboxOf(messages(0, 3)));
    mkdirSync(join(at.folder, 'x'));
    symlinkSync('mbox', join(at.folder, 'link'));
    await waitingScan(at, join(at.folder, 'mbox'));
    const second = await scan(at, `${at.folder}/${name}`);
    expect(second).toMatchObject({ exitCode: 6, stdout: '' });
    expect(second.stderr).toContain('is reading it');
  });

  test('is free when that one was killed', async () => {
    const at = place();
    const mailbox = join(at.folder, 'mbox');
    writeFileSync(mailbox, mboxOf(messages(0, 3)));
    const child = await waitingScan(at, mailbox);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(isHeld(at)).toBe(true);
    expect((await scan(at, mailbox)).exitCode).toBe(0);
    expect(isHeld(at)).toBe(false);
  });
});

describe('a scan that is ended in the middle', () => {
  const COUNT = 6000;
  /** Ends scans of one mailbox after growing times until one gets through. */
  async function endAgainAndAgain(
    at: Place,
    mailbox: string,
    signal: 'SIGKILL' | 'SIGINT',
  ): Promise<(number | null)[]> {
    const codes: (number | null)[] = [];
    for (let afterMs = 200; afterMs < 1400; afterMs += 200) {
      const child = startUnsent(['scan', ...at.globals, mailbox]);
      const timer = setTimeout(() => child.kill(signal), afterMs);
      codes.push(await new Promise((resolve) => child.on('close', (code) => resolve(code))));
      clearTimeout(timer);
    }
    return codes;
  }

  test.each(['SIGKILL', 'SIGINT'] as const)('by %s goes on where it was, and the counts are exact', async (signal) => {
    const at = place();
    const mailbox = join(at.folder, 'mbox');
    writeFileSync(mailbox, mboxOf(messages(0, COUNT)));
    const codes = await endAgainAndAgain(at, mailbox, signal);
    expect(new Set(codes)).toContain(signal === 'SIGKILL' ? null : 130);
    await scan(at, mailbox);
    expect(await ledgerOf(at, mailbox)).toEqual({ messages: COUNT, backscatter: COUNT * 0.9 });
  });
});
