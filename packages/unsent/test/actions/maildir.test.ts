import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { bounceTo, letterTo, mboxOf } from '../support/mail.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

const Database = createRequire(new URL('../../../store/package.json', import.meta.url))('libsql');

// The first of them loads all that a scan needs.
vi.setConfig({ testTimeout: 30_000 });

let folder = '';
let maildir = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-actions-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  maildir = join(folder, 'Maildir');
  for (const name of ['tmp', 'new', 'cur']) mkdirSync(join(maildir, name), { recursive: true });
  writeFileSync(join(maildir, 'new', '1.host'), bounceTo('sales@parked.example', '203.0.113.9', 1));
  writeFileSync(join(maildir, 'cur', '2.host:2,S'), bounceTo('info@parked.example', '203.0.113.9', 2));
  writeFileSync(join(maildir, 'cur', '3.host:2,'), letterTo('anna@shop.example'));
  writeFileSync(join(maildir, 'cur', '4.host:2,'), bounceTo('anna@shop.example', '203.0.113.9', 4));
  writeFileSync(
    join(folder, 'unsent.yaml'),
    'domains:\n  unused: [parked.example]\n  sending: {shop.example: {outbound: [192.0.2.1]}}\n',
  );
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
});

async function scan(...args: readonly string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
  const globals = ['--config', 'unsent.yaml', '--dns', 'zone:dns.txt', '--state', 'state.db'];
  const exitCode = await runCli(['scan', ...globals, ...args], surroundings, '1.2.3');
  return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
}

/** Every message below `path` by its place. */
function files(path = maildir): string[] {
  const found = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return found.filter((name) => /(?:new|cur)\/./.test(name)).sort();
}

const UNTOUCHED = ['cur/2.host:2,S', 'cur/3.host:2,', 'cur/4.host:2,', 'new/1.host'];
const MOVED = ['.Back.Scatter/cur/2.host:2,S', '.Back.Scatter/new/1.host', 'cur/3.host:2,', 'cur/4.host:2,'];

describe('without an action', () => {
  test('nothing is touched', async () => {
    await scan(maildir);
    expect(files()).toEqual(UNTOUCHED);
  });
});

describe('move', () => {
  test('is told to programs by action, target and outcome', async () => {
    const lineOf = (out: string, key: string): unknown =>
      out.split('\n').flatMap((line) => (line.includes(`"${key}"`) ? [JSON.parse(line)] : []))[0];
    const planned = await scan('--json', '--dry-run', '--action', 'move:Back/Scatter', maildir);
    const action = { action: 'move', target: 'Back/Scatter' };
    expect(lineOf(planned.out, 'would')).toEqual({ would: action, id: expect.stringContaining(maildir) });
    expect(planned.out).toContain('"outcomes":{"would":2}');
    const { out } = await scan('--json', '--action', 'move:Back/Scatter', maildir);
    expect(lineOf(out, 'actions')).toEqual({
      run: expect.any(Number),
      actions: [{ ...action, outcomes: { done: 2 } }],
    });
  });

  test('in a dry run for programs stands behind the lines of the messages', async () => {
    const { out } = await scan('--json', '--dry-run', '--action', 'move:Back/Scatter', maildir);
    const lines = out.trimEnd().split('\n');
    const [first] = lines.filter((line) => line.includes('"would":{')).map((line) => JSON.parse(line).id);
    const ids = lines.map((line) => JSON.parse(line)).map(({ id, would }) => (would === undefined ? id : null));
    expect(ids.indexOf(first)).toBeGreaterThanOrEqual(0);
    expect(ids.indexOf(first)).toBeLessThan(lines.findIndex((line) => line.includes('"would":{')));
  });

  test('taken back is told to programs in one line', async () => {
    await scan('--action', `copy:${folder}/copies.mbox`, '--action', 'move:Back/Scatter', maildir);
    const undone = { action: 'move', target: maildir, outcomes: { done: 2 } };
    const copies = [join(folder, 'copies.mbox')];
    expect(JSON.parse((await scan('undo', '1', '--json')).out)).toEqual({
      run: 1,
      actions: [undone],
      deleted: 0,
      copies,
    });
    expect(JSON.parse((await scan('undo', '1', '--json')).out)).toEqual({ run: 1, actions: [], deleted: 0, copies });
  });

  test('takes what surely is backscatter to the folder, and undo brings it back', async () => {
    const { exitCode, out } = await scan('--action', 'move:Back/Scatter', maildir);
    expect(exitCode).toBe(0);
    expect(out).toContain('Actions of run 1\n  move to Back/Scatter: 2 done\n  unsent scan undo 1\n');
    expect(files()).toEqual(MOVED);
    expect(existsSync(join(maildir, '.Back.Scatter', 'maildirfolder'))).toBe(true);
    const undone = await scan('undo', '1');
    expect(undone).toEqual({ exitCode: 0, err: '', out: `move to ${maildir}: 2 done\n` });
    expect(files()).toEqual(UNTOUCHED);
    expect((await scan('undo', '1')).out).toBe('Nothing is left to take back.\n');
  });

  test('leaves alone what was taken back, also when all is read again', async () => {
    await scan('--action', 'move:Back/Scatter', maildir);
    await scan('undo', '1');
    await scan('--again', '--action', 'move:Back/Scatter', maildir);
    expect(files()).toEqual(UNTOUCHED);
  });

  test('leaves what was counted before alone, unless all is judged again', async () => {
    await scan(maildir);
    await scan('--action', 'move:Back/Scatter', maildir);
    expect(files()).toEqual(UNTOUCHED);
    await scan('--again', '--action', 'move:Back/Scatter', maildir);
    expect(files()).toEqual(MOVED);
  });

  test('moves the second copy of a message, too', async () => {
    const copy = join(folder, 'mbox');
    writeFileSync(copy, mboxOf([bounceTo('sales@parked.example', '203.0.113.9', 1)]));
    await scan(copy);
    await scan('--action', 'move:Back/Scatter', maildir);
    expect(files()).toEqual(MOVED);
  });

  test('follows a message whose flags change, before and after', async () => {
    await scan('--action', 'move:Back/Scatter', maildir);
    const target = join(maildir, '.Back.Scatter');
    renameSync(join(target, 'new', '1.host'), join(target, 'cur', '1.host:2,F'));
    await scan('undo', '1');
    expect(files()).toEqual(['cur/1.host:2,F', ...UNTOUCHED.slice(0, 3)]);
  });

  test('does not move what lies in the folder already', async () => {
    await scan('--action', 'move:Back/Scatter', maildir);
    const { out } = await scan('--again', '--action', 'move:Back/Scatter', join(maildir, '.Back.Scatter'));
    expect(out).not.toContain('Actions');
    expect(files()).toEqual(MOVED);
  });
});

describe('flag', () => {
  test('sets it and takes it away, and leaves it where it was before', async () => {
    writeFileSync(join(maildir, 'cur', '5.host:2,F'), bounceTo('x@parked.example', '203.0.113.9', 5));
    const { out } = await scan('--action', 'flag:flagged', maildir);
    expect(out).toContain('flag as flagged: 2 done, 1 as it was already');
    expect(files()).toEqual(['cur/1.host:2,F', 'cur/2.host:2,FS', 'cur/3.host:2,', 'cur/4.host:2,', 'cur/5.host:2,F']);
    await scan('undo', '1');
    expect(files()).toEqual(['cur/1.host:2,', 'cur/2.host:2,S', 'cur/3.host:2,', 'cur/4.host:2,', 'cur/5.host:2,F']);
  });

  test('and move together are both taken back', async () => {
    await scan('--action', 'flag:flagged', '--action', 'move:B', maildir);
    expect(files()).toEqual(['.B/cur/1.host:2,F', '.B/cur/2.host:2,FS', 'cur/3.host:2,', 'cur/4.host:2,']);
    await scan('undo', '1');
    expect(files()).toEqual(['cur/1.host:2,', 'cur/2.host:2,S', 'cur/3.host:2,', 'cur/4.host:2,']);
  });
});

describe('delete', () => {
  test('wants --yes, and does nothing without', async () => {
    const { exitCode, err } = await scan('--action', 'delete', maildir);
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining('cannot be brought back') });
    expect(files()).toEqual(UNTOUCHED);
    await scan('--action', 'delete', '--yes', maildir);
    expect(files()).toEqual(['cur/3.host:2,', 'cur/4.host:2,']);
    expect((await scan('undo', '1')).out).toContain('2 deleted messages cannot be brought back.');
  });
});

describe('copy', () => {
  test('appends to an mbox what can be read from it, from every kind of mailbox', async () => {
    const mbox = join(folder, 'in');
    writeFileSync(
      mbox,
      mboxOf([`${bounceTo('x@parked.example', '203.0.113.9', 7)}From here on\n`, letterTo('anna@shop.example')]),
    );
    await scan('--action', 'copy:out.mbox', mbox, maildir);
    const copied = readFileSync(join(folder, 'out.mbox'), 'latin1');
    expect(copied.match(/^From MAILER-DAEMON Mon Nov 23 12:00:00 2026$/gm)).toHaveLength(3);
    expect(copied).toContain('\n>From here on\n');
    expect(existsSync(join(folder, 'out.mbox.lock'))).toBe(false);
    const { out } = await scan('--forget', join(folder, 'out.mbox'));
    expect(out).toMatch(/^3 new messages: 3 bounces, 3 backscatter/);
    await scan('--again', '--action', 'copy:out.mbox', mbox, maildir);
    expect(readFileSync(join(folder, 'out.mbox'), 'latin1')).toBe(copied);
  });
});

test('a copy that fails leaves every message behind it to the next run', async () => {
  const mbox = join(folder, 'in');
  const letters = Array.from({ length: 1200 }, (_, number) => letterTo('anna@shop.example', number));
  writeFileSync(mbox, mboxOf([bounceTo('x@parked.example', '203.0.113.9', 7), ...letters]));
  expect(await scan('--action', 'copy:missing/out.mbox', mbox)).toMatchObject({ exitCode: 1 });
  const { exitCode, out } = await scan('--action', 'copy:out.mbox', mbox);
  expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/^1,201 new messages: 1 bounce, /) });
  expect(readFileSync(join(folder, 'out.mbox'), 'latin1').match(/^From MAILER-DAEMON /gm)).toHaveLength(1);
});

describe('what cannot be done is told before anything is', () => {
  test.each([
    ['an mbox', () => join(folder, 'box'), 'move:B', 'it is an mbox'],
    ['a flag that a Maildir lacks', () => maildir, 'flag:$Junk', 'a Maildir knows flagged, seen, answered only'],
    ['a name that leads out', () => maildir, 'move:../x', 'is no name of a folder'],
  ])('%s', async (_, source, action, why) => {
    writeFileSync(join(folder, 'box'), mboxOf([bounceTo('sales@parked.example', '203.0.113.9', 1)]));
    const { exitCode, err } = await scan('--action', action, source());
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringContaining(why) });
    expect(files()).toEqual(UNTOUCHED);
  });

  test.each([
    [['--action', 'burn']],
    [['--action', 'move:a', '--action', 'delete', '--yes']],
    [['--dry-run']],
    [['--forget', '--action', 'move:a']],
  ])('%j is refused', async (args) => {
    expect(await scan(...args, maildir)).toMatchObject({ exitCode: 2 });
    expect(files()).toEqual(UNTOUCHED);
  });
});

test('a dry run says what would be done, and the run after it does that', async () => {
  const { out } = await scan('--dry-run', '--action', 'move:Back/Scatter', maildir);
  expect(out).toContain(`would move to Back/Scatter: ${join(maildir, 'new', '1.host')}\n`);
  expect(out).toContain('What would be done\n  move to Back/Scatter: 2 would be done\n');
  expect(files()).toEqual(UNTOUCHED);
  expect(readdirSync(maildir).sort()).toEqual(['cur', 'new', 'tmp']);
  await scan('--action', 'move:Back/Scatter', maildir);
  expect(files()).toEqual(MOVED);
});

test('the configuration may say what is done in a mailbox', async () => {
  const config = readFileSync(join(folder, 'unsent.yaml'), 'utf8');
  writeFileSync(
    join(folder, 'unsent.yaml'),
    `${config}mailboxes:\n  - address: Maildir\n    actions: [move:Back/Scatter]\n`,
  );
  await scan();
  expect(files()).toEqual(MOVED);
});

/** Puts the list of what was done back to before the end, as if the process had been killed there. */
function forgetEnds(): void {
  const database = new Database(join(folder, 'state.db'));
  database.exec("UPDATE action SET state = 'intended', ended_at = NULL");
  database.close();
}

describe('a run that was killed', () => {
  test('before it did what it had written down: the next one does it', async () => {
    await scan('--action', 'move:Back/Scatter', maildir);
    forgetEnds();
    for (const [from, to] of [
      ['.Back.Scatter/new/1.host', 'new/1.host'],
      ['.Back.Scatter/cur/2.host:2,S', 'cur/2.host:2,S'],
    ]) {
      renameSync(join(maildir, from ?? ''), join(maildir, to ?? ''));
    }
    const { out } = await scan('--action', 'move:Back/Scatter', maildir);
    expect(out).toContain('move to Back/Scatter: 2 done');
    expect(files()).toEqual(MOVED);
  });

  test('after it had moved and before it noted that: the next one notes it, and undo knows', async () => {
    await scan('--action', 'move:Back/Scatter', maildir);
    forgetEnds();
    expect((await scan('--action', 'move:Back/Scatter', maildir)).out).toContain('2 done');
    await scan('undo', '1');
    expect(files()).toEqual(UNTOUCHED);
  });

  test('or is undone as it is', async () => {
    await scan('--action', 'move:Back/Scatter', maildir);
    forgetEnds();
    await scan('undo', '1');
    expect(files()).toEqual(UNTOUCHED);
  });

  test('and whose message is another one meanwhile leaves that alone', async () => {
    await scan('--action', 'move:Back/Scatter', maildir);
    forgetEnds();
    renameSync(join(maildir, '.Back.Scatter/new/1.host'), join(maildir, 'new/1.host'));
    writeFileSync(join(maildir, 'new', '1.host'), letterTo('anna@shop.example', 9));
    const { out } = await scan('--action', 'move:Back/Scatter', maildir);
    expect(out).toContain('1 changed meanwhile and left alone');
    expect(existsSync(join(maildir, 'new', '1.host'))).toBe(true);
  });

  test.each([0, 1, 700, 5000])(
    'with a copy torn at %i bytes from its end: it is there once and whole',
    async (missing) => {
      await scan('--action', 'copy:out.mbox', maildir);
      const whole = readFileSync(join(folder, 'out.mbox'), 'latin1');
      forgetEnds();
      const kept = whole.slice(0, Math.max(0, whole.length - missing));
      writeFileSync(join(folder, 'out.mbox'), kept, 'latin1');
      await scan('--again', '--action', 'copy:out.mbox', maildir);
      expect(readFileSync(join(folder, 'out.mbox'), 'latin1')).toBe(whole);
    },
  );
});

test('what was done on another host that shares the database is taken back there', async () => {
  await scan('--action', 'move:Back.Scatter', maildir);
  const database = new Database(join(folder, 'state.db'));
  database.exec(`UPDATE action SET source = '//mx2${maildir}' WHERE place LIKE '%1.host'`);
  database.close();
  const undone = await scan('undo', '1');
  expect(undone).toMatchObject({
    exitCode: 1,
    err: `unsent: ${maildir} is on mx2; what was done in it is taken back there\n`,
  });
  expect(files()).toEqual(['.Back.Scatter/new/1.host', ...UNTOUCHED.slice(0, 3)]);
});
