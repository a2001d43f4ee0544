import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expandPath } from '../../src/sources/glob.ts';
import { openMboxAppender } from '../../src/sources/mbox-append.ts';
import { openSource } from '../../src/sources/open.ts';
import type { MailSource } from '../../src/sources/source.ts';
import { folderOf, memory, readAll, sourceOptions, stdinOf, textsOf } from '../support/files.ts';

const MESSAGE = 'Subject: a\nFrom: b@example.com\n\nbody\n';
const MBOX = `From b@example.com Mon Nov 23 10:00:00 2026\n${MESSAGE}\n`;

function open(path: string, ...input: string[]): Promise<MailSource> {
  return openSource(path, stdinOf(...input), sourceOptions());
}

describe('a file is told by what is in it', () => {
  test.each<[string, string, MailSource['kind'], number]>([
    ['an mbox', MBOX, 'mbox', 1],
    ['an mbox with another name', MBOX + MBOX, 'mbox', 2],
    ['an mbox whose first date is odd', MBOX.replace(/ Mon.*/, ' today'), 'mbox', 1],
    ['an empty file', '', 'mbox', 0],
    ['a message', MESSAGE, 'message', 1],
    ['a message with CRLF', MESSAGE.replaceAll('\n', '\r\n'), 'message', 1],
    ['a message with CR alone', MESSAGE.replaceAll('\n', '\r'), 'message', 1],
    ['a message with a byte order mark', `\xef\xbb\xbf${MESSAGE}`, 'message', 1],
    ['a message below empty lines', `\n\n${MESSAGE}`, 'message', 1],
    ['a message below a quoted From_ line', `>From x\n${MESSAGE}`, 'message', 1],
  ])('%s', async (name, content, kind, count) => {
    const source = await open(join(folderOf({ [name]: content }), name));
    expect(source.kind).toBe(kind);
    expect(await readAll(source)).toHaveLength(count);
  });

  test.each([
    ['binary', '\x7fELF\x02\x01\x01\0\0\0\0', 'source-not-mail'],
    ['notes', 'Dear diary,\n\nnothing happened.\n', 'source-not-mail'],
    ['mail.bz2', 'BZh91AY&SY', 'source-compressed'],
  ])('%s is refused', async (name, content, code) => {
    const path = join(folderOf({ [name]: content }), name);
    await expect(open(path)).rejects.toMatchObject({ code, exitCode: 1, message: expect.stringContaining(path) });
  });

  test('but a name in .eml is believed, whatever is in it', async () => {
    for (const content of ['', '\0\0\0', 'no header at all', MBOX]) {
      const source = await open(join(folderOf({ 'x.eml': content }), 'x.eml'));
      expect(textsOf(await readAll(source))).toEqual([content]);
    }
  });
});

describe('a folder is told by what is in it', () => {
  test('one with cur or new is a Maildir', async () => {
    expect((await open(folderOf({ 'new/1.host': MESSAGE }))).kind).toBe('maildir');
    const empty = folderOf();
    mkdirSync(join(empty, 'cur'));
    expect(await readAll(await open(empty))).toEqual([]);
  });

  test('one with messages is read with those below it, in the order of their names', async () => {
    const path = folderOf({
      'b.eml': MESSAGE,
      'a.eml': '',
      'deep/c.eml': MESSAGE,
      '17': MESSAGE,
      'saved.1': MBOX,
      'README.txt': 'Note: these are messages.\n',
      'labels.jsonl': '{"a":1}\n',
      '.hidden.eml': MESSAGE,
    });
    const source = await open(path);
    expect(source.kind).toBe('folder');
    const places = (await readAll(source)).map(({ place }) => place.slice(path.length + 1));
    expect(places).toEqual(['17', 'a.eml', 'b.eml', 'deep/c.eml', 'saved.1']);
  });

  test('an mbox among messages is left out with a note', async () => {
    const path = folderOf({ 'a.eml': MESSAGE, mbox: MBOX + MBOX });
    const source = await open(path);
    expect(await readAll(source)).toHaveLength(1);
    expect(source.notes()).toEqual([{ place: join(path, 'mbox'), text: expect.stringContaining('name it') }]);
  });

  test.each([
    ['an empty one', {}],
    ['one without mail', { 'notes.txt': 'hello\n' }],
    ['one with mailboxes only', { inbox: MBOX + MBOX }],
  ])('%s is refused', async (_, files) => {
    await expect(open(folderOf(files))).rejects.toMatchObject({ code: 'source-folder-unknown', exitCode: 1 });
  });

  test('a folder below it that cannot be listed is one message with an error, and the others are read', async () => {
    const path = folderOf({ 'a.eml': MESSAGE, 'z/b.eml': MESSAGE });
    closedFolderIn(join(path, 'deep'));
    const messages = await readAll(await open(path));
    expect(messages.map(({ error }) => error === null)).toEqual([true, true, false]);
    expect(messages[2]).toMatchObject({ place: expect.stringContaining('/deep/'), item: null });
  });

  test('while a folder cannot be listed, nothing in it counts as gone', async () => {
    const path = folderOf({ 'a.eml': MESSAGE });
    const areAll: unknown[] = [];
    const read = async (): Promise<void> => {
      const unread = async (items: readonly string[], isAll?: boolean): Promise<readonly string[]> => {
        areAll.push(isAll);
        return items;
      };
      for await (const _ of (await open(path)).messages({ ...memory(), unread }));
    };
    await read();
    closedFolderIn(join(path, 'deep'));
    await read();
    expect(areAll).toEqual([true, false]);
  });

  test('one in which only such a folder is cannot be read', async () => {
    const path = folderOf();
    closedFolderIn(join(path, 'deep'));
    await expect(open(path)).rejects.toMatchObject({ code: 'source-unreadable' });
  });

  test('links are not followed, with a note', async () => {
    const path = folderOf({ 'a.eml': MESSAGE, 'elsewhere/b.eml': MESSAGE });
    const below = join(path, 'in');
    mkdirSync(below);
    renameSync(join(path, 'a.eml'), join(below, 'a.eml'));
    symlinkSync(join(path, 'elsewhere/b.eml'), join(below, 'b.eml'));
    symlinkSync(join(path, 'elsewhere'), join(below, 'c'));
    const source = await open(below);
    expect(await readAll(source)).toHaveLength(1);
    const text = 'is a symbolic link, which is not followed, nor are 1 more';
    expect(source.notes()).toEqual([{ place: join(below, 'b.eml'), text }]);
  });

  test('a file that changed is read again, the others are not', async () => {
    const [path, remembered] = [folderOf({ 'a.eml': MESSAGE, 'b.eml': MESSAGE }), memory()];
    await readAll(await open(path), remembered);
    writeFileSync(join(path, 'b.eml'), `${MESSAGE}more\n`);
    expect(textsOf(await readAll(await open(path), remembered))).toEqual([`${MESSAGE}more\n`]);
  });
});

/** A folder that nobody can list, root neither: the path of one in it is longer than the system takes. */
function closedFolderIn(path: string): void {
  const long = Array.from({ length: 15 }, () => 'x'.repeat(250)).join('/');
  const more = join(folderOf(), 'more');
  mkdirSync(join(path, long), { recursive: true });
  mkdirSync(join(more, 'y'.repeat(250), 'y'.repeat(250)), { recursive: true });
  renameSync(more, join(path, long, 'more'));
  onTestFinished(() => {
    renameSync(join(path, long, 'more'), more);
    rmSync(path, { recursive: true });
  });
}

test('a message is read once, until its file changes', async () => {
  const [path, remembered] = [join(folderOf({ one: MESSAGE }), 'one'), memory()];
  expect(await readAll(await open(path), remembered)).toHaveLength(1);
  expect(await readAll(await open(path), remembered)).toHaveLength(0);
  writeFileSync(path, `${MESSAGE}more\n`);
  expect(await readAll(await open(path), remembered)).toHaveLength(1);
});

describe('standard input', () => {
  test.each<[string, string[], string[]]>([
    ['an mbox', [MBOX, MBOX], [MESSAGE, MESSAGE]],
    ['an mbox in single bytes', [...MBOX], [MESSAGE]],
    ['a message', [MESSAGE], [MESSAGE]],
    ['nothing', [], []],
  ])('%s', async (_, input, expected) => {
    const source = await open('-', ...input);
    expect(textsOf(await readAll(source))).toEqual(expected);
    expect(source.name).toBeNull();
  });

  test('a message over the limit is cut', async () => {
    const options = sourceOptions({ maxMessageBytes: 20 });
    const source = await openSource('-', stdinOf(MESSAGE, MESSAGE), options);
    const [message] = await readAll(source);
    expect([message?.bytes.length, message?.cutFromBytes]).toEqual([20, MESSAGE.length * 2]);
  });

  test.each([
    ['text', 'hello\n', 'source-not-mail'],
    ['a compressed file', gzipSync(MBOX).toString('latin1'), 'source-compressed'],
  ])('%s is refused', async (_, input, code) => {
    await expect(open('-', input).then((source) => readAll(source))).rejects.toMatchObject({ code });
  });
});

describe('a named pipe is not waited for', () => {
  const pipeAt = (path: string): void => void execFileSync('mkfifo', [path]);

  test('among the messages of a Maildir: it is one with an error', async () => {
    const path = folderOf({ 'cur/1.host:2,S': MESSAGE });
    pipeAt(join(path, 'cur/2.host:2,S'));
    const messages = await readAll(await open(path));
    expect(messages.map(({ error }) => error)).toEqual([null, expect.stringContaining('not a regular file')]);
  });

  test('beside an mbox, with a name that rotation gives', async () => {
    const [path, remembered] = [folderOf({ mbox: MBOX }), memory()];
    await readAll(await open(join(path, 'mbox')), remembered);
    pipeAt(join(path, 'mbox.1'));
    writeFileSync(join(path, 'mbox'), '');
    expect(await readAll(await open(join(path, 'mbox')), remembered)).toEqual([]);
  });

  test('as what messages are copied to', async () => {
    const path = join(folderOf(), 'out');
    pipeAt(path);
    const opening = openMboxAppender(path, sourceOptions());
    await expect(opening).rejects.toMatchObject({ code: 'source-unreadable' });
  });

  test('among what a pattern matches', async () => {
    const path = folderOf({ mbox: MBOX });
    pipeAt(join(path, 'pipe'));
    expect(await expandPath(join(path, '*'))).toEqual([join(path, 'mbox')]);
  });
});

describe('what is not there', () => {
  test.each(['missing', 'file/below'])('%s', async (name) => {
    const path = join(folderOf({ file: MESSAGE }), name);
    await expect(open(path)).rejects.toMatchObject({ code: expect.stringMatching(/^source-(missing|unreadable)$/) });
  });

  test('a link to nowhere', async () => {
    const folder = folderOf();
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    await expect(open(join(folder, 'link'))).rejects.toMatchObject({ code: 'source-missing' });
  });
});

test('two names of one mailbox are remembered as one', async () => {
  const folder = folderOf({ mbox: MBOX });
  symlinkSync(join(folder, 'mbox'), join(folder, 'link'));
  expect((await open(join(folder, 'link'))).name).toBe((await open(join(folder, 'mbox'))).name);
});

test('a pipe that breaks is told with the message behind which it broke', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from((MBOX + MBOX + MBOX).padEnd(8192, '\n'));
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  }
  const source = await openSource('-', broken(), sourceOptions());
  await expect(readAll(source)).rejects.toMatchObject({
    code: 'source-unreadable',
    message: expect.stringMatching(/ behind its message 2 cannot be read \(EIO: i\/o error, read\)\.$/),
  });
});
