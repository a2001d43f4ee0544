import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { bounceTo, letterTo } from '../../packages/unsent/test/support/mail.ts';
import { type CliResult, runUnsent, startUnsent } from '../support/cli.ts';
import { type Dovecot, hasDovecot, startDovecot } from '../support/dovecot.ts';
import { needs } from '../support/require.ts';

const Database = createRequire(new URL('../../packages/store/package.json', import.meta.url))('libsql');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-actions-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  writeFileSync(join(folder, 'unsent.yaml'), 'domains:\n  unused: [parked.example]\n');
});

function scanArgs(...args: readonly string[]): string[] {
  const at = (name: string): string => join(folder, name);
  return ['scan', '--config', at('unsent.yaml'), '--state', at('state.db'), '--dns', `zone:${at('dns.txt')}`, ...args];
}

describe('killed while it moves and copies', { timeout: 120_000 }, () => {
  const COUNT = 400;

  const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const countIn = (path: string): number => (existsSync(path) ? readdirSync(path).length : 0);

  test.each<[string, (out: string, moved: string) => boolean]>([
    ['before the first copy', (out) => existsSync(`${out}.lock`)],
    ['behind the first copy', (out) => sizeOf(out) > 0],
    ['in the middle of the copies', (out) => sizeOf(out) > 150_000],
    ['behind the first move', (_, moved) => countIn(moved) > 0],
    ['in the middle of the moves', (_, moved) => countIn(moved) > COUNT / 2],
    ['before the last move', (_, moved) => countIn(moved) > COUNT - 5],
  ])('%s and run again, each message is moved once and copied once', async (_, isTime) => {
    const maildir = join(folder, 'Maildir');
    for (const name of ['tmp', 'new', 'cur']) mkdirSync(join(maildir, name), { recursive: true });
    for (let number = 0; number < COUNT; number++) {
      writeFileSync(
        join(maildir, 'new', `${number}.host`),
        bounceTo(`u${number}@parked.example`, '203.0.113.9', number),
      );
    }
    const out = join(folder, 'out.mbox');
    const args = scanArgs('--quiet', '--action', 'move:B', '--action', `copy:${out}`, maildir);
    const child = startUnsent(args);
    const ended = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    const watch = setInterval(() => {
      if (isTime(out, join(maildir, '.B', 'new'))) child.kill('SIGKILL');
    }, 1);
    expect(await ended).toBe('SIGKILL');
    clearInterval(watch);
    rmSync(`${out}.lock`, { force: true }); // what a killed program left; five minutes later it counts as old
    const again = await runUnsent(args);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(join(maildir, 'new'))).toEqual([]);
    expect(readdirSync(join(maildir, '.B', 'new'))).toHaveLength(COUNT);
    const copied = readFileSync(out, 'latin1').match(/^Message-ID: <bounce\.\d+@mx/gm) ?? [];
    expect([copied.length, new Set(copied).size]).toEqual([COUNT, COUNT]);
  });
});

describe.runIf(needs('Dovecot, started as root', hasDovecot()))('in a folder on a server', { timeout: 120_000 }, () => {
  let dovecot: Dovecot;
  let box = '';
  let boxes = 0;
  beforeAll(async () => {
    dovecot = await startDovecot();
  }, 60_000);
  afterAll(() => dovecot.stop());
  beforeEach(async () => {
    box = `Box${++boxes}`;
    dovecot.doveadm('mailbox', 'create', '-u', dovecot.user, box);
    for (let number = 0; number < 3; number++)
      await dovecot.deliver(bounceTo('info@parked.example', '203.0.113.9', number), box);
    await dovecot.deliver(letterTo('anna@shop.example'), box);
    configure(box);
  });

  function configure(path: string): void {
    const address = `imaps://${dovecot.userInAddress}@127.0.0.1:${dovecot.ports.imaps}/${path}`;
    const login = `    ca: ${dovecot.certificate}\n    password: {env: SECRET}\n`;
    writeFileSync(
      join(folder, 'unsent.yaml'),
      `domains:\n  unused: [parked.example]\nmailboxes:\n  - address: ${address}\n${login}`,
    );
  }

  function scan(...args: readonly string[]): Promise<CliResult> {
    return runUnsent(scanArgs(...args), { env: { SECRET: dovecot.password } });
  }

  /** Subjects and flags of what is in a folder. */
  function listed(name: string): string[] {
    const text = dovecot.doveadm('fetch', '-u', dovecot.user, 'flags hdr.message-id', 'mailbox', name, 'all');
    const found = [...text.matchAll(/flags: (.*)\n(?:hdr\.)?message-id: (?:<)?([^@\s]*)/gi)];
    return found.map(([, flags, id]) => `${id} ${(flags ?? '').replace('\\Recent', '').trim()}`.trim()).sort();
  }

  const ALL = ['bounce.0', 'bounce.1', 'bounce.2', 'letter.1'];

  test('moves, and undo brings back', async () => {
    const { stdout, stderr } = await scan('--action', `move:Away${boxes}/Deep`);
    expect({ stdout, stderr }).toEqual({
      stdout: expect.stringContaining(`move to Away${boxes}/Deep: 3 done`),
      stderr: '',
    });
    expect([listed(box), listed(`Away${boxes}.Deep`)]).toEqual([['letter.1'], ALL.slice(0, 3)]);
    const undone = await scan('undo', '1');
    expect(undone).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(': 3 done') });
    expect([listed(box), listed(`Away${boxes}.Deep`)]).toEqual([ALL, []]);
    const next = await scan('--quiet', '--action', `move:Away${boxes}/Deep`);
    expect(next).toMatchObject({ exitCode: 0, stderr: '' });
    expect(listed(box)).toEqual(ALL);
  });

  test('flags with a keyword, and undo takes it away', async () => {
    await scan('--action', 'flag:$Junk');
    expect(listed(box)).toEqual(['bounce.0 $Junk', 'bounce.1 $Junk', 'bounce.2 $Junk', 'letter.1']);
    await scan('undo', '1');
    expect(listed(box)).toEqual(ALL);
  });

  test('deletes what it was told to, and nothing that others marked', async () => {
    dovecot.doveadm(
      'flags',
      'add',
      '-u',
      dovecot.user,
      '\\Deleted',
      'mailbox',
      box,
      'header',
      'message-id',
      'letter.1',
    );
    const { exitCode } = await scan('--action', 'delete', '--yes');
    expect(exitCode).toBe(0);
    expect(listed(box)).toEqual(['letter.1 \\Deleted']);
  });

  test('copies without touching anything', async () => {
    await scan('--action', `copy:${join(folder, 'out.mbox')}`);
    expect(readFileSync(join(folder, 'out.mbox'), 'latin1').match(/^From /gm)).toHaveLength(3);
    expect(listed(box)).toEqual(ALL);
  });

  test('a dry run changes nothing', async () => {
    const { stdout } = await scan('--dry-run', '--action', 'move:Never');
    expect(stdout).toContain('What would be done\n  move to Never: 3 would be done\n');
    expect(listed(box)).toEqual(ALL);
    expect(dovecot.doveadm('mailbox', 'list', '-u', dovecot.user)).not.toContain('Never');
  });

  test('leaves alone what was renumbered between the judgement and the move', async () => {
    await scan();
    const args = ['--again', '--action', `move:Away${boxes}`];
    await scan('--again', '--action', 'flag:flagged');
    const database = new Database(join(folder, 'state.db'));
    database.exec(`UPDATE action SET state = 'intended', kind = 'move', target = 'Away${boxes}'`);
    database.close();
    dovecot.doveadm('mailbox', 'update', '--uid-validity', '99999999', '-u', dovecot.user, box);
    const { stdout } = await scan(...args);
    expect(stdout).toContain('3 changed meanwhile and left alone, 3 done');
  });
});
