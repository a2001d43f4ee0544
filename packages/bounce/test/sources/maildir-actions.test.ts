import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageIdentity } from '../../src/identity.ts';
import { maildirActions } from '../../src/sources/maildir-actions.ts';
import type { ActionOutcome } from '../../src/sources/source.ts';
import { folderOf } from '../support/files.ts';

const TEXT = 'Subject: a\n\nbody\n';
const MOVE = { kind: 'move', folder: 'Back' } as const;

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
