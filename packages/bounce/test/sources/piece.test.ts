import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mboxSource } from '../../src/sources/mbox.ts';
import { openSource } from '../../src/sources/open.ts';
import { cutSource, parsePiece, pieceOf } from '../../src/sources/piece.ts';
import type { CutPiece, MailSource, PieceSize, RawMessage, SourceMemory } from '../../src/sources/source.ts';
import { folderOf, memory, readAll, sourceOptions, stdinOf } from '../support/files.ts';
import { type MboxVariant, mboxEntry } from '../support/write-mbox.ts';

const SMALL: PieceSize = { messages: 2, bytes: 1 << 20 };
const message = (name: string): string => `Subject: ${name}\n\nbody of ${name}\n`;
const entry = (name: string): string => mboxEntry('mboxrd', message(name));
const open = (path: string): Promise<MailSource> => openSource(path, stdinOf(), sourceOptions());

async function cut(source: MailSource, size: PieceSize, remembered: SourceMemory = memory()): Promise<CutPiece[]> {
  const pieces: CutPiece[] = [];
  for await (const piece of cutSource(source, source.label, remembered, size)) pieces.push(piece);
  return pieces;
}

/** As a worker reads it: from what is stored in the job alone. */
async function readPiece({ piece }: CutPiece, remembered = memory()): Promise<RawMessage[]> {
  const stored = parsePiece(JSON.parse(JSON.stringify(piece)));
  if (stored === null) throw new Error('not read as it was written');
  return readAll(pieceOf(await open(stored.label), stored), remembered);
}

async function readPieces(pieces: readonly CutPiece[]): Promise<RawMessage[]> {
  const found: RawMessage[] = [];
  for (const piece of pieces) found.push(...(await readPiece(piece)));
  return found;
}

const told = (messages: readonly RawMessage[]): string[] =>
  messages.map(({ place, bytes }) => `${place} ${Buffer.from(bytes).toString('latin1')}`);

describe('an mbox', () => {
  const line = fc.constantFrom(
    'text',
    '',
    'From here on',
    'From a@b.example Mon Nov 23 10:00:00 2026',
    '>From a@b.example Mon Nov 23 10:00:00 2026',
    'Content-Length: 7',
  );
  const body = fc.array(line, { maxLength: 6 }).map((lines) => `${lines.join('\n')}\n`);
  const lie = fc.option(fc.integer({ min: 0, max: 300 }), { nil: null });
  const one = fc.tuple(fc.constantFrom<MboxVariant>('mboxo', 'mboxrd', 'mboxcl', 'mboxcl2'), body, lie);
  const written = fc
    .array(one, { minLength: 1, maxLength: 25 })
    .map((all) =>
      all
        .map(([variant, text, length], i) =>
          mboxEntry(variant, `Subject: ${i}\n${length === null ? '' : `Content-Length: ${length}\n`}\n${text}`),
        )
        .join(''),
    );

  test('of any kind is cut so that its pieces hold each message once, in order, for any size of a piece', async () => {
    const path = join(folderOf(), 'mbox');
    const sizes = fc.record({ messages: fc.integer({ min: 1, max: 30 }), bytes: fc.integer({ min: 1, max: 3000 }) });
    await fc.assert(
      fc.asyncProperty(written, sizes, async (content, size) => {
        writeFileSync(path, content, 'latin1');
        const pieces = await cut(await open(path), size);
        expect(told(await readPieces(pieces))).toEqual(told(await readAll(await open(path))));
        for (const { messages } of pieces) expect(messages).toBeLessThanOrEqual(size.messages);
      }),
      { numRuns: 300 },
    );
  });

  test('that grows meanwhile gives the pieces what it held when it was cut', async () => {
    const path = join(folderOf({ mbox: ['a', 'b', 'c'].map(entry).join('') }), 'mbox');
    const before = told(await readAll(await open(path)));
    const pieces = await cut(await open(path), SMALL);
    appendFileSync(path, entry('d'));
    expect(told(await readPieces(pieces))).toEqual(before);
  });

  test('is cut from where it was read to, and the last piece ends where a scan would', async () => {
    const path = join(folderOf({ mbox: ['a', 'b', 'c'].map(entry).join('') }), 'mbox');
    const remembered = memory();
    remembered.note((await readAll(await open(path))).slice(0, 1));
    const pieces = await cut(await open(path), SMALL, remembered);
    expect((await readPieces(pieces)).map(({ place }) => place)).toEqual([`${path}#2`, `${path}#3`]);
    await readAll(await open(path), remembered);
    expect(pieces.at(-1)?.piece).toMatchObject({ until: remembered.position });
  });

  test('that was rotated is cut with the rest of the file it was, under the name of that', async () => {
    const folder = folderOf({ mbox: ['a', 'b', 'c'].map(entry).join('') });
    const [path, rotated] = [join(folder, 'mbox'), join(folder, 'mbox.1')];
    const remembered = memory();
    remembered.note((await readAll(await open(path))).slice(0, 2));
    renameSync(path, rotated);
    writeFileSync(path, entry('d'));
    const pieces = await cut(mboxSource(path, path, sourceOptions()), SMALL, remembered);
    expect((await readPieces(pieces)).map(({ place }) => place)).toEqual([`${rotated}#3`, `${path}#1`]);
  });

  test.each<[string, (path: string) => void, string]>([
    ['was rewritten', (path) => writeFileSync(path, ['x', 'y', 'z', 'u'].map(entry).join('')), 'source-changed'],
    ['was emptied', (path) => writeFileSync(path, ''), 'source-changed'],
    ['is gone, or is not on this host', (path) => rmSync(path), 'source-missing'],
  ])('that %s since is told, and not read from elsewhere', async (_, change, code) => {
    const path = join(folderOf({ mbox: ['a', 'b', 'c', 'd'].map(entry).join('') }), 'mbox');
    const pieces = await cut(await open(path), SMALL);
    change(path);
    for (const piece of pieces) await expect(readPiece(piece)).rejects.toMatchObject({ code });
  });

  test('has no cursor of its own in a piece', async () => {
    const path = join(folderOf({ mbox: ['a', 'b', 'c'].map(entry).join('') }), 'mbox');
    const [first] = await cut(await open(path), SMALL);
    if (first === undefined) throw new Error('no piece');
    const source = pieceOf(await open(path), first.piece);
    expect(source.name).toBeNull();
    expect(source.endPosition).toBeUndefined();
  });
});

describe('a mailbox without an order', () => {
  const maildir = (names: readonly string[]): string => {
    const folder = folderOf(Object.fromEntries(names.map((name) => [`cur/${name}:2,S`, message(name)])));
    mkdirSync(join(folder, 'new'), { recursive: true });
    return folder;
  };
  const emls = (names: readonly string[]): string =>
    folderOf(Object.fromEntries(names.map((name) => [`${name}.eml`, message(name)])));

  test.each([
    ['a Maildir', maildir],
    ['a folder of messages', emls],
  ])('%s is cut into its unread messages, each in one piece', async (_, make) => {
    const path = make(['a', 'b', 'c', 'd', 'e']);
    const remembered = memory();
    const all = await readAll(await open(path));
    remembered.note(all.slice(0, 2));
    const pieces = await cut(await open(path), SMALL, remembered);
    expect(pieces.map(({ messages }) => messages)).toEqual([2, 1]);
    expect(told(await readPieces(pieces))).toEqual(told(all.slice(2)));
  });

  test('gives a piece no message that came later', async () => {
    const path = maildir(['a', 'b', 'c']);
    const [first] = await cut(await open(path), SMALL);
    if (first === undefined) throw new Error('no piece');
    writeFileSync(join(path, 'new', 'aa'), message('aa'));
    expect((await readPiece(first)).map(({ item }) => item)).toEqual(['a', 'b']);
  });

  test('remembers what was read of a piece where it was cut', async () => {
    const source = await open(maildir(['a']));
    const [first] = await cut(source, SMALL);
    if (first === undefined) throw new Error('no piece');
    expect(pieceOf(source, first.piece, 'maildir://mx1/mail').name).toBe('maildir://mx1/mail');
  });

  test('that has none of the messages is another one, as of another host', async () => {
    const path = maildir(['a', 'b']);
    const [first] = await cut(await open(path), SMALL);
    if (first === undefined) throw new Error('no piece');
    for (const name of ['a', 'b']) renameSync(join(path, 'cur', `${name}:2,S`), join(path, 'cur', `other-${name}:2,S`));
    await expect(readPiece(first)).rejects.toMatchObject({ code: 'source-changed' });
  });
});

test('what cannot be cut is one piece, read like the source itself', async () => {
  const path = join(folderOf({ 'one.eml': message('one') }), 'one.eml');
  const pieces = await cut(await open(path), SMALL);
  expect(pieces).toEqual([{ piece: { kind: 'whole', label: path }, messages: null, sizeBytes: null }]);
  expect(await readPieces(pieces)).toHaveLength(1);
});

test.each([
  [null],
  [{}],
  [{ kind: 'whole' }],
  [{ kind: 'items', label: 'x', items: [1] }],
  [{ kind: 'range', label: 'x', after: 1, until: '' }],
  [{ kind: 'later', label: 'x' }],
])('what is no piece of this version is none: %j', (value) => {
  expect(parsePiece(value)).toBeNull();
});
