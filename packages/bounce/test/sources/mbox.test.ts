import { appendFileSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mboxSource } from '../../src/sources/mbox.ts';
import { NO_MEMORY, type SourceOptions } from '../../src/sources/source.ts';
import { folderOf, type Memory, memory, readAll, sourceOptions, textsOf } from '../support/files.ts';
import { mboxEntry } from '../support/write-mbox.ts';

const message = (name: string): string => `Subject: ${name}\n\nbody of ${name}\n`;
const entry = (name: string): string => mboxEntry('mboxrd', message(name));
const many = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `m${from + i}`);

function mboxOf(...names: string[]): string {
  const path = join(folderOf(), 'mbox');
  writeFileSync(path, names.map(entry).join(''));
  return path;
}

async function subjects(path: string, remembered: Memory, given: Partial<SourceOptions> = {}): Promise<string[]> {
  const messages = await readAll(mboxSource(path, path, sourceOptions(given)), remembered);
  return textsOf(messages).map((text) => /^Subject: (\S+)/.exec(text)?.[1] ?? '?');
}

test('messages come with their number and, quoting undone, as they were', async () => {
  const quoted = 'Subject: x\n\nFrom here\n>From there\n';
  const path = mboxOf();
  writeFileSync(path, mboxEntry('mboxrd', quoted) + entry('two'));
  const messages = await readAll(mboxSource(path, path, sourceOptions()));
  expect(textsOf(messages)).toEqual([quoted, message('two')]);
  expect(messages.map(({ place }) => place)).toEqual([`${path}#1`, `${path}#2`]);
});

test('an mbox without messages is no error', async () => {
  expect(await subjects(mboxOf(), memory())).toEqual([]);
});

describe('a second run', () => {
  test('reads nothing when nothing came', async () => {
    const [path, remembered] = [mboxOf('a', 'b'), memory()];
    expect(await subjects(path, remembered)).toEqual(['a', 'b']);
    expect(await subjects(path, remembered)).toEqual([]);
  });

  test('reads what was appended, and goes on counting', async () => {
    const [path, remembered] = [mboxOf('a', 'b'), memory()];
    await subjects(path, remembered);
    appendFileSync(path, entry('c'));
    const source = mboxSource(path, path, sourceOptions());
    expect((await readAll(source, remembered)).map(({ place }) => place)).toEqual([`${path}#3`]);
  });

  test.each([1, 2, 9, 10])('goes on behind message %i of 10, the last that was recorded', async (recorded) => {
    const [path, remembered] = [mboxOf(...many(0, 10)), memory()];
    const source = mboxSource(path, path, sourceOptions());
    const all = await readAll(source);
    remembered.note(all.slice(0, recorded));
    expect(await subjects(path, remembered)).toEqual(many(recorded, 10));
  });

  test.each<[string, (path: string) => void, string[]]>([
    [
      'was emptied and filled again',
      (path) => writeFileSync(path, ['x', 'y', 'z'].map(entry).join('')),
      ['x', 'y', 'z'],
    ],
    ['was cut', (path) => truncateSync(path, entry('m0').length), ['m0']],
    [
      'lost a message in the middle',
      (path) => writeFileSync(path, ['m0', 'm2', 'm3', 'm4'].map(entry).join('')),
      ['m0', 'm2', 'm3', 'm4'],
    ],
    [
      'lost one and got a longer one',
      (path) => writeFileSync(path, ['m0', 'm2', 'a-long-name-for-a-new-one', 'm3'].map(entry).join('')),
      ['m0', 'm2', 'a-long-name-for-a-new-one', 'm3'],
    ],
    [
      'was marked by a reader',
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('Subject: m0', 'Status: RO\nSubject: m0')),
      ['?', 'm1', 'm2'],
    ],
  ])('reads all of an mbox that %s', async (_, change, expected) => {
    const [path, remembered] = [mboxOf('m0', 'm1', 'm2'), memory()];
    await subjects(path, remembered);
    change(path);
    expect(await subjects(path, remembered)).toEqual(expected);
  });

  test('reads all of the new mbox after a rotation', async () => {
    const [path, remembered] = [mboxOf('a', 'b'), memory()];
    await subjects(path, remembered);
    renameSync(path, `${path}.1`);
    writeFileSync(path, entry('c'));
    expect(await subjects(path, remembered)).toEqual(['c']);
  });

  test('starts over with a position it does not understand', async () => {
    for (const position of ['', '7', '{}', '{"end":1e99}', '{"end":5,"count":1,"head":{},"tail":null}']) {
      const path = mboxOf('a');
      const source = mboxSource(path, path, sourceOptions());
      const read = [];
      for await (const one of source.messages({ ...NO_MEMORY, position })) read.push(one);
      expect(read).toHaveLength(1);
    }
  });
});

describe('a last message that may be half written', () => {
  const report =
    'Subject: r\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary="=_b"\n\n--=_b\n\ntext\n';
  const fresh = { now: () => new Date() };

  test.each([
    ['ends in the middle of a line', entry('b').slice(0, -6)],
    ['has no body yet', 'From a@example.com Mon Nov 23 10:00:00 2026\nSubject: b\nTo: x\n'],
    ['lacks the end of its parts', mboxEntry('mboxrd', report).slice(0, -1)],
    ['is shorter than its Content-Length', mboxEntry('mboxcl2', message('b')).slice(0, -4)],
  ])('%s: it is left until it is whole, with a note', async (_, half) => {
    const [path, remembered] = [mboxOf('a'), memory()];
    appendFileSync(path, half);
    const source = mboxSource(path, path, sourceOptions(fresh));
    expect(textsOf(await readAll(source, remembered))).toEqual([message('a')]);
    expect(source.notes()).toEqual([{ place: path, text: expect.stringContaining('half written') }]);
    truncateSync(path, entry('a').length);
    appendFileSync(path, entry('b'));
    expect(await subjects(path, remembered, fresh)).toEqual(['b']);
  });

  test('is taken as it is when its file has not changed for a while', async () => {
    const path = mboxOf('a');
    appendFileSync(path, entry('b').slice(0, -6));
    expect(await subjects(path, memory())).toEqual(['a', 'b']);
  });

  test('is taken at once when only the empty line behind it is missing', async () => {
    const path = mboxOf('a');
    appendFileSync(path, entry('b').slice(0, -1));
    expect(await subjects(path, memory(), fresh)).toEqual(['a', 'b']);
  });

  test('written in two parts, at any border, counts once', async () => {
    const whole = mboxEntry('mboxrd', `${report}\n--=_b--\n`);
    for (let cut = 1; cut < whole.length; cut++) {
      const [path, remembered] = [mboxOf('a'), memory()];
      appendFileSync(path, whole.slice(0, cut));
      const first = await subjects(path, remembered, fresh);
      appendFileSync(path, whole.slice(cut));
      const second = await subjects(path, remembered, fresh);
      expect([...first, ...second], `cut at ${cut} of ${whole.length}`).toEqual(['a', 'r']);
    }
  });
});

test('what is appended while it is being read waits for the next run', async () => {
  const [path, remembered] = [mboxOf('a', 'b'), memory()];
  const read: string[] = [];
  const source = mboxSource(path, path, sourceOptions());
  const size = statSync(path).size;
  for await (const one of source.messages(remembered)) {
    if (read.length === 0) appendFileSync(path, entry('c'));
    read.push(...textsOf([one]));
    remembered.note([one]);
  }
  const rest = await subjects(path, remembered);
  expect([...read.map((text) => /Subject: (\S+)/.exec(text)?.[1]), ...rest]).toEqual(['a', 'b', 'c']);
  expect(statSync(path).size).toBeGreaterThan(size);
});

test('a message over the limit is cut and says so', async () => {
  const path = mboxOf();
  const large = `Subject: large\n\n${'text\n'.repeat(3000)}`;
  writeFileSync(path, mboxEntry('mboxrd', large) + entry('small'));
  const [first, second] = await readAll(mboxSource(path, path, sourceOptions({ maxMessageBytes: 1000 })));
  expect([first?.bytes.length, first?.cutFromBytes]).toEqual([1000, large.length]);
  expect([second?.cutFromBytes, second?.place]).toEqual([null, `${path}#2`]);
});

test('progress is told in bytes', async () => {
  const path = mboxOf('a', 'b');
  const source = mboxSource(path, path, sourceOptions());
  await readAll(source);
  expect(source.progress()).toEqual({ done: statSync(path).size, total: statSync(path).size });
});
