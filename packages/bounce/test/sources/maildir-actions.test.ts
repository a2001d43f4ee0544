import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageIdentity } from '../../src/identity.ts';
import { maildirActions } from '../../src/sources/maildir-actions.ts';
import type { ActionOutcome } from '../../src/sources/source.ts';
import { folderOf } from '../support/files.ts';

const TEXT = 'Subject: a\n\nbody\n';
const MOVE = { kind: 'move', folder: 'Back' } as const;
const IS_ROOT = process.geteuid?.() === 0 && process.platform === 'linux';

function maildir(files: Readonly<Record<string, string>> = {}): string {
  const path = join(folderOf({ 'Maildir/new/.keep': '', 'Maildir/cur/.keep': '', 'Maildir/tmp/.keep': '' }), 'Maildir');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

async function move(path: string, place: string): Promise<ActionOutcome> {
  const mailbox = maildirActions(path, 1 << 20);
  await mailbox.check(MOVE);
  const message = { place: join(path, place), identity: messageIdentity(Buffer.from(TEXT), null), wasTried: false };
  return mailbox.act(MOVE, message);
}

describe('a message is moved', () => {
  test.each([
    ['where it was', 'cur/1.host:2,S'],
    ['though it was new when it was judged', 'new/1.host'],
    ['though it had other flags', 'cur/1.host:2,'],
  ])('%s', async (_, place) => {
    const path = maildir({ 'cur/1.host:2,S': TEXT });
    const moved = join(path, '.Back/cur/1.host:2,S');
    expect(await move(path, place)).toEqual({ kind: 'done', place: moved });
    expect([existsSync(moved), existsSync(join(path, 'cur/1.host:2,S'))]).toEqual([true, false]);
  });

  test('unless another one with its name is there, whatever its flags', async () => {
    const path = maildir({ 'cur/1.host:2,S': TEXT });
    mkdirSync(join(path, '.Back/cur'), { recursive: true });
    writeFileSync(join(path, '.Back/cur/1.host:2,FS'), 'other');
    expect(await move(path, 'cur/1.host:2,S')).toMatchObject({ kind: 'failed' });
    expect(existsSync(join(path, 'cur/1.host:2,S'))).toBe(true);
  });

  test('never over one that came into the folder after the first was moved', async () => {
    const path = maildir({ 'cur/1.host:2,S': TEXT, 'cur/2.host:2,S': TEXT });
    const mailbox = maildirActions(path, 1 << 20);
    await mailbox.check(MOVE);
    const identity = messageIdentity(Buffer.from(TEXT), null);
    const act = (name: string) => mailbox.act(MOVE, { place: join(path, 'cur', name), identity, wasTried: false });
    expect(await act('1.host:2,S')).toMatchObject({ kind: 'done' });
    writeFileSync(join(path, '.Back/cur/2.host:2,S'), 'other');
    expect(await act('2.host:2,S')).toMatchObject({ kind: 'failed' });
    expect(existsSync(join(path, 'cur/2.host:2,S'))).toBe(true);
  });
});

describe.runIf(IS_ROOT)('a folder that root makes in the Maildir of somebody else', () => {
  const owned = (): string => {
    const path = maildir();
    chownSync(path, 65_534, 65_533);
    chmodSync(path, 0o2770);
    return path;
  };

  test('has the owner, the group and the mode of that', async () => {
    const path = owned();
    await maildirActions(path, 1 << 20).check(MOVE);
    const parts = ['', 'tmp', 'new', 'cur'].map((name) => statSync(join(path, '.Back', name)));
    for (const { uid, gid, mode } of parts) expect([uid, gid, mode & 0o7777]).toEqual([65_534, 65_533, 0o2770]);
    expect(statSync(join(path, '.Back/maildirfolder'))).toMatchObject({ uid: 65_534, gid: 65_533 });
  });

  test('is finished when a run was ended while it made it', async () => {
    const path = owned();
    mkdirSync(join(path, '.Back/tmp'), { recursive: true, mode: 0o700 });
    await maildirActions(path, 1 << 20).check(MOVE);
    for (const name of ['', 'tmp', 'new', 'cur']) expect(statSync(join(path, '.Back', name)).uid).toBe(65_534);
  });

  test('is not made where a link leads', async () => {
    const [path, elsewhere] = [owned(), folderOf({ file: '' })];
    symlinkSync(elsewhere, join(path, '.Back'));
    await expect(maildirActions(path, 1 << 20).check(MOVE)).rejects.toMatchObject({ code: 'source-action' });
    expect([readdirSync(elsewhere), lstatSync(elsewhere).uid]).toEqual([['file'], 0]);
  });
});
