import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { expandPath } from '../../src/sources/glob.ts';
import { openSource } from '../../src/sources/open.ts';
import { NO_MEMORY, type SourceNote } from '../../src/sources/source.ts';
import { folderOf, ledgerOfSources, sourceOptions, stdinOf, textsOf } from '../support/files.ts';
import { mboxEntry } from '../support/write-mbox.ts';

const entries = (...names: string[]): string =>
  names.map((name) => mboxEntry('mboxrd', `Subject: ${name}\n\nbody of ${name}\n`)).join('');

/** A mailbox, and a scan of what `pattern` names beside it, which gives the subjects of what it reads. */
function mailbox(pattern: string) {
  const folder = folderOf();
  const read = ledgerOfSources();
  return {
    path: join(folder, 'mailbox'),
    at: (name: string) => join(folder, name),
    async scan(notes: SourceNote[] = []): Promise<string[]> {
      const found: string[] = [];
      for (const path of await expandPath(join(folder, pattern))) {
        const source = await openSource(path, stdinOf(), sourceOptions());
        for (const text of textsOf(await read(source))) found.push(/^Subject: (\S+)/.exec(text)?.[1] ?? '?');
        notes.push(...source.notes());
      }
      return found;
    },
  };
}

describe('a mailbox that is rotated', () => {
  test.each<[string, (path: string, to: string) => void]>([
    ['renamed', (path, to) => renameSync(path, to)],
    [
      'copied and emptied',
      (path, to) => {
        copyFileSync(path, to);
        truncateSync(path);
      },
    ],
  ])('%s: what came before that and after the last run is not lost', async (_, rotate) => {
    const { path, at, scan } = mailbox('mailbox');
    writeFileSync(path, entries('a', 'b'));
    expect(await scan()).toEqual(['a', 'b']);
    appendFileSync(path, entries('c'));
    rotate(path, at('mailbox.1'));
    writeFileSync(path, entries('d'));
    expect(await scan()).toEqual(['c', 'd']);
    expect(await scan()).toEqual([]);
  });

  test('and read with those it became is not read again under the new name', async () => {
    const { path, at, scan } = mailbox('mailbox*');
    writeFileSync(path, entries('a', 'b'));
    expect(await scan()).toEqual(['a', 'b']);
    renameSync(path, at('mailbox.1'));
    writeFileSync(path, entries('c'));
    expect(await scan()).toEqual(['c']);
    renameSync(at('mailbox.1'), at('mailbox.2'));
    renameSync(path, at('mailbox.1'));
    writeFileSync(path, '');
    expect(await scan()).toEqual([]);
    expect(await scan()).toEqual([]);
  });

  test.each<[string, (age: number) => string]>([
    ['number', (age) => `mailbox.${age}`],
    ['date', (age) => `mailbox-2026112${5 - age}`],
  ])('twice between two runs, by %s: all that came is read, in its order', async (_, nameOf) => {
    const { path, at, scan } = mailbox('mailbox');
    // One that was read long ago.
    writeFileSync(at(nameOf(4)), entries('old'));
    writeFileSync(path, entries('a', 'b'));
    expect(await scan()).toEqual(['a', 'b']);
    appendFileSync(path, entries('c'));
    renameSync(path, at(nameOf(3)));
    writeFileSync(at(nameOf(2)), entries('d', 'e'));
    writeFileSync(at(nameOf(1)), entries('f'));
    writeFileSync(path, entries('g'));
    expect(await scan()).toEqual(['c', 'd', 'e', 'f', 'g']);
    expect(await scan()).toEqual([]);
  });

  test('twice, and ended while the rest is read: the next run goes on there', async () => {
    const { path, at } = mailbox('mailbox');
    writeFileSync(at('mailbox.2'), entries('a'));
    writeFileSync(at('mailbox.1'), entries('b', 'c'));
    writeFileSync(path, entries('d'));
    const open = () => openSource(path, stdinOf(), sourceOptions());
    let position: string | null = null;
    const seen: string[] = [];
    for await (const message of (await openSource(at('mailbox.2'), stdinOf(), sourceOptions())).messages(NO_MEMORY))
      position = message.position?.() ?? null;
    for (let run = 0; run < 4; run++) {
      for await (const message of (await open()).messages({ ...NO_MEMORY, position })) {
        seen.push(...textsOf([message]).map((text) => /^Subject: (\S+)/.exec(text)?.[1] ?? '?'));
        position = message.position?.() ?? null;
        break;
      }
    }
    expect(seen).toEqual(['b', 'c', 'd']);
  });

  test('is followed to what came after a file that was packed, which is told', async () => {
    const { path, at, scan } = mailbox('mailbox');
    writeFileSync(path, entries('a', 'b'));
    await scan();
    writeFileSync(at('mailbox.2.gz'), gzipSync(entries('a', 'b', 'c')));
    writeFileSync(at('mailbox.1'), entries('d'));
    writeFileSync(path, entries('e'));
    const notes: SourceNote[] = [];
    expect(await scan(notes)).toEqual(['d', 'e']);
    expect(notes).toEqual([{ place: at('mailbox.2.gz'), text: expect.stringContaining('name it') }]);
  });

  test('and read with those it became, packed ones too, tells nothing', async () => {
    const { path, at, scan } = mailbox('mailbox*');
    writeFileSync(path, entries('a', 'b'));
    await scan();
    rmSync(path);
    writeFileSync(at('mailbox.2.gz'), gzipSync(entries('a', 'b', 'c')));
    writeFileSync(at('mailbox.1'), entries('d'));
    writeFileSync(path, entries('e'));
    const notes: SourceNote[] = [];
    expect(new Set(await scan(notes))).toEqual(new Set(['a', 'b', 'c', 'd', 'e']));
    expect(notes).toEqual([]);
  });

  test('is followed beside itself, not beside a link to it', async () => {
    const { path, at, scan } = mailbox('links/mailbox');
    mkdirSync(at('links'));
    symlinkSync(path, at('links/mailbox'));
    writeFileSync(path, entries('a', 'b'));
    expect(await scan()).toEqual(['a', 'b']);
    appendFileSync(path, entries('c'));
    renameSync(path, at('mailbox.1'));
    writeFileSync(path, entries('d'));
    expect(await scan()).toEqual(['c', 'd']);
  });

  test('is followed only to a file that holds what was read', async () => {
    const { path, at, scan } = mailbox('mailbox');
    writeFileSync(path, entries('a', 'b'));
    await scan();
    writeFileSync(at('mailbox.1'), entries('x', 'y', 'z'));
    writeFileSync(path, entries('c'));
    expect(await scan()).toEqual(['c']);
  });
});

/** What this Node can pack: zstd from 22.15 on. */
const PACKINGS: [string, (text: string) => Buffer][] = [['gz', gzipSync]];
if ('zstdCompressSync' in zlib) PACKINGS.push(['zst', zlib.zstdCompressSync as (text: string) => Buffer]);

describe('a packed mbox', () => {
  test.each(PACKINGS)('.%s is unpacked, and not read again, under another name either', async (ending, pack) => {
    const { at, scan } = mailbox('*');
    writeFileSync(at(`mailbox.1.${ending}`), pack(entries('a', 'b')));
    expect(await scan()).toEqual(['a', 'b']);
    renameSync(at(`mailbox.1.${ending}`), at(`mailbox.2.${ending}`));
    expect(await scan()).toEqual([]);
  });

  test.each(PACKINGS)(
    '.%s of which the end is missing gives what is whole, and later the rest',
    async (ending, pack) => {
      const name = `mailbox.1.${ending}`;
      const { at, scan } = mailbox(name);
      // What cannot be packed well, so that half of the file is many messages.
      const subjects = Array.from(
        { length: 20_000 },
        (_, number) => `m${createHash('sha256').update(`${number}`).digest('hex')}`,
      );
      const packed = pack(entries(...subjects));
      writeFileSync(at(name), packed.subarray(0, packed.length / 2));
      const first = await scan();
      expect(first.length).toBeGreaterThan(100);
      expect(first.length).toBeLessThan(20_000);
      writeFileSync(at(name), packed);
      const all = new Set([...first, ...(await scan())]);
      expect(all.size).toBe(20_000);
    },
  );

  test.each(PACKINGS)('.%s that is damaged, or holds no mail, is told', async (ending, pack) => {
    const name = `mailbox.${ending}`;
    const { at, scan } = mailbox(name);
    writeFileSync(at(name), pack('just a text\n'));
    await expect(scan()).rejects.toMatchObject({ code: 'source-not-mail' });
    const packed = pack(entries(...Array.from({ length: 300 }, (_, number) => `${number}`)));
    packed.fill(0xff, 20, 40);
    writeFileSync(at(name), packed);
    await expect(scan()).rejects.toMatchObject({ code: 'source-packed-damaged' });
  });

  test('with zstd is read where Node can, and told by name where not', async () => {
    const { at, scan } = mailbox('mailbox.zst');
    // One frame that holds its bytes as they are (RFC 8878 §3.1.1): header with a size of one byte, one raw block.
    const text = Buffer.from(entries('a'));
    const block = Buffer.alloc(3);
    block.writeUIntLE((text.length << 3) | 1, 0, 3);
    const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, text.length]);
    expect(text.length).toBeLessThan(256);
    writeFileSync(at('mailbox.zst'), Buffer.concat([head, block, text]));
    const canUnpack = 'createZstdDecompress' in (await import('node:zlib'));
    if (canUnpack) expect(await scan()).toEqual(['a']);
    else await expect(scan()).rejects.toMatchObject({ code: 'source-packed-zstd' });
  });
});

describe('a mailbox with a lock beside it', () => {
  const locked = async (lockAgeMs: number, lockWaitMs: number, unlockAfterMs: number | null) => {
    const path = join(folderOf({ mailbox: entries('a') }), 'mailbox');
    writeFileSync(`${path}.lock`, '');
    const now = Date.now();
    utimesSync(`${path}.lock`, now / 1000, (now - lockAgeMs) / 1000);
    if (unlockAfterMs !== null) setTimeout(() => rmSync(`${path}.lock`), unlockAfterMs);
    const source = await openSource(path, stdinOf(), sourceOptions({ lockWaitMs, now: () => new Date() }));
    const messages = await ledgerOfSources()(source);
    expect(readFileSync(path, 'latin1')).toBe(entries('a'));
    return { read: messages.length, notes: source.notes().map(({ text }) => text) };
  };
  test('is read when the lock goes', async () => {
    expect(await locked(0, 20_000, 50)).toEqual({ read: 1, notes: [] });
  });
  test('is left for the next run when it stays', async () => {
    const left = 'is locked by another program (.lock); it is left for the next run';
    expect(await locked(0, 0, null)).toEqual({ read: 0, notes: [left] });
  });
  test('that a dead program left is read', async () => {
    expect(await locked(120_000, 0, null)).toEqual({
      read: 1,
      notes: ['has an old .lock beside it, which is not heeded'],
    });
  });
});

describe('a pattern', () => {
  const FILES = [
    'mail',
    'mail.1',
    'mail.2',
    'mail.10',
    'mail.lock',
    '.mail',
    'other',
    'log-20261101',
    'log-20261102',
    'log',
  ];
  test.each([
    ['mail*', ['mail.10', 'mail.2', 'mail.1', 'mail']],
    ['log*', ['log-20261101', 'log-20261102', 'log']],
    ['mail.?', ['mail.2', 'mail.1']],
    ['[m]*', null],
    ['nothing*', null],
  ])('%s', async (pattern, expected) => {
    const folder = folderOf(Object.fromEntries(FILES.map((name) => [name, ''])));
    const found = expandPath(join(folder, pattern));
    if (expected === null) await expect(found).rejects.toMatchObject({ code: 'source-missing' });
    else expect(await found).toEqual(expected.map((name) => join(folder, name)));
  });

  test('may stand in the middle, and a file of that very name comes first', async () => {
    const folder = folderOf({ 'anna/inbox': '', 'ben/inbox': '', 'ben/sent': '', 'a*b': '', axb: '' });
    expect(await expandPath(join(folder, '*', 'inbox'))).toEqual([
      join(folder, 'anna/inbox'),
      join(folder, 'ben/inbox'),
    ]);
    expect(await expandPath(join(folder, 'a*b'))).toEqual([join(folder, 'a*b')]);
  });
});
