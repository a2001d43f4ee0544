import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { maildirSource } from '../../src/sources/maildir.ts';
import type { MailSource } from '../../src/sources/source.ts';
import { folderOf, ledgerOfSources, memory, readAll, sourceOptions, textsOf } from '../support/files.ts';

const message = (name: string): string => `Subject: ${name}\n\nbody\n`;

function maildir(files: readonly string[]): string {
  const folder = folderOf(Object.fromEntries(files.map((name) => [name, message(name)])));
  for (const name of ['new', 'cur', 'tmp']) mkdirSync(join(folder, name), { recursive: true });
  return folder;
}

function sourceOf(path: string): MailSource {
  return maildirSource(path, path, sourceOptions());
}

test('new and cur are read, tmp and hidden files are not', async () => {
  const path = maildir(['new/1.a.host', 'cur/2.b.host:2,S', 'tmp/3.c.host', 'cur/.lock']);
  const messages = await readAll(sourceOf(path));
  expect(textsOf(messages)).toEqual([message('new/1.a.host'), message('cur/2.b.host:2,S')]);
  expect(messages.map(({ place, item }) => [place, item])).toEqual([
    [join(path, 'new/1.a.host'), '1.a.host'],
    [join(path, 'cur/2.b.host:2,S'), '2.b.host'],
  ]);
});

test('flags and the move to cur make no new message', async () => {
  const [path, remembered] = [maildir(['new/1.a.host', 'cur/2.b.host:2,']), memory()];
  await readAll(sourceOf(path), remembered);
  renameSync(join(path, 'new/1.a.host'), join(path, 'cur/1.a.host:2,S'));
  renameSync(join(path, 'cur/2.b.host:2,'), join(path, 'cur/2.b.host:2,FRS'));
  writeFileSync(join(path, 'new/3.c.host'), message('three'));
  expect(textsOf(await readAll(sourceOf(path), remembered))).toEqual([message('three')]);
});

test('a message that is renamed or deleted while others are read is followed or left out', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `new/${String(i).padStart(2, '0')}.host`);
  const path = maildir(names);
  const read: string[] = [];
  for await (const one of sourceOf(path).messages(memory())) {
    if (read.length === 0) {
      renameSync(join(path, 'new/50.host'), join(path, 'cur/50.host:2,S'));
      rmSync(join(path, 'new/51.host'));
    }
    read.push(...textsOf([one]));
  }
  expect(read).toEqual(names.filter((name) => name !== 'new/51.host').map(message));
});

test('one of cur or new alone will do', async () => {
  const path = folderOf({ 'new/1.host': message('x') });
  expect(await readAll(sourceOf(path))).toHaveLength(1);
});

test('what cannot be read is one message with an error', async () => {
  const path = maildir(['new/1.host']);
  mkdirSync(join(path, 'new/2.host'));
  symlinkSync('loop', join(path, 'new/3.host'));
  rmSync(join(path, 'new/3.host'));
  symlinkSync(join(path, 'new/3.host'), join(path, 'new/3.host'));
  const messages = await readAll(sourceOf(path));
  expect(messages.map(({ item, error }) => [item, error === null])).toEqual([
    ['1.host', true],
    ['2.host', false],
    ['3.host', false],
  ]);
});

test('delivered to, flagged and sorted all the time, it gives every message once', async () => {
  const path = folderOf();
  for (const name of ['tmp', 'new', 'cur']) mkdirSync(join(path, name));
  const read = ledgerOfSources();
  const found: string[] = [];
  const expected = Array.from({ length: 400 }, (_, number) => `${number}`);
  const scan = async (): Promise<void> => {
    const source = sourceOf(path);
    for (const text of textsOf(await read(source))) found.push(/^Subject: (\S+)/.exec(text)?.[1] ?? '?');
  };
  const reading = (async () => {
    while (found.length < expected.length / 2) await scan();
  })();
  for (const number of expected) {
    const name = `${number}.host`;
    await writeFile(join(path, 'tmp', name), `Subject: ${number}\n\n`);
    await rename(join(path, 'tmp', name), join(path, 'new', name));
    const earlier = `${Number(number) - 3}.host`;
    if (Number(number) >= 3) await rename(join(path, 'new', earlier), join(path, 'cur', `${earlier}:2,`));
    if (Number(number) >= 6) {
      const older = `${Number(number) - 6}.host`;
      await rename(join(path, 'cur', `${older}:2,`), join(path, 'cur', `${older}:2,S`));
    }
  }
  await reading;
  await scan();
  await scan();
  expect(found.sort((a, b) => Number(a) - Number(b))).toEqual(expected);
});

describe('a Maildir in which nothing changed is not even listed', () => {
  const LONG_AGO = new Date('2026-01-01T00:00:00Z');

  function ages(path: string, at: Date): void {
    for (const folder of ['new', 'cur']) utimesSync(join(path, folder), at, at);
  }

  /** Reads as a scan does: what was reached, how often stored names were asked for, and the messages. */
  async function scan(path: string, position: string | null, now: Date = new Date(LONG_AGO.getTime() + 3000)) {
    const found = { asked: 0, messages: 0 };
    const source = maildirSource(path, path, sourceOptions({ now: () => now }));
    const remembered = {
      position,
      unread: async (items: readonly string[]) => {
        found.asked++;
        return items;
      },
      positionOf: async () => null,
    };
    for await (const _ of source.messages(remembered)) found.messages++;
    return { ...found, reached: source.endPosition?.() ?? null };
  }

  test('in the second run', async () => {
    const path = maildir(['new/1.host', 'cur/2.host:2,S']);
    ages(path, LONG_AGO);
    const first = await scan(path, null);
    expect(first).toEqual({ reached: expect.any(String), asked: 1, messages: 2 });
    expect(await scan(path, first.reached)).toEqual({ reached: first.reached, asked: 0, messages: 0 });
  });

  test.each([
    ['a delivery', (path: string) => writeFileSync(join(path, 'new/3.host'), message('3'))],
    ['a removal', (path: string) => rmSync(join(path, 'cur/2.host:2,S'))],
    [
      'another folder with the same time',
      (path: string) => {
        renameSync(join(path, 'cur'), join(path, 'old'));
        mkdirSync(join(path, 'cur'));
        ages(path, LONG_AGO);
      },
    ],
  ])('but after %s', async (_, change) => {
    const path = maildir(['new/1.host', 'cur/2.host:2,S']);
    ages(path, LONG_AGO);
    const { reached } = await scan(path, null);
    change(path);
    expect((await scan(path, reached, new Date())).asked).toBe(1);
  });

  test('but when it changed a moment ago: the next change might bear the same time', async () => {
    const path = maildir(['new/1.host']);
    ages(path, LONG_AGO);
    const found = await scan(path, null, new Date(LONG_AGO.getTime() + 1900));
    expect(found).toEqual({ reached: null, asked: 1, messages: 1 });
  });
});
