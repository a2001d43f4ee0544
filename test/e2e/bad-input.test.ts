import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { runUnsent, unsentBin } from '../support/cli.ts';
import { findProgram, needs } from '../support/require.ts';

const example = fileURLToPath(new URL('../../examples/joe-job/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'unsent-bad-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = (name: string): string => join(folder, name);
const write = (name: string, content: string | Uint8Array): void => writeFileSync(place(name), content);
const shared = ['--config', `${example}unsent.yaml`, '--dns', `zone:${example}dns.txt`];

write('empty.mbox', '');
write('notes.txt', 'milk\neggs\n');
write(
  'noise.bin',
  Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256),
);
write('cut.mbox', 'From a@b.example Mon Jan  5 00:00:00 2026\nSubject: cut');
write('empty.mbox.gz', Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
write('damaged.mbox.gz', Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff]));
mkdirSync(place('nothing'));
mkdirSync(join(place('photos'), '2026'), { recursive: true });
write('photos/a.jpg', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]));

describe('a mailbox that is none', () => {
  test.each([
    ['does not exist', 'nosuch.mbox', /^unsent: .*nosuch\.mbox does not exist/, 1],
    ['is a text', 'notes.txt', /^unsent: .*notes\.txt is no mail/, 1],
    ['is binary', 'noise.bin', /^unsent: .*noise\.bin is no mail/, 1],
    ['is packed and damaged', 'damaged.mbox.gz', /^unsent: .*damaged\.mbox\.gz.* damaged/, 1],
    ['is packed and empty: that is no error', 'empty.mbox.gz', /^$/, 0],
    ['is an empty folder', 'nothing', /^unsent: .*nothing is neither a Maildir/, 1],
    ['is a folder of other things', 'photos', /^unsent: .*photos is neither a Maildir/, 1],
    ['is empty: that is no error', 'empty.mbox', /^$/, 0],
  ])('%s', async (_, name, message, exitCode) => {
    const result = await runUnsent(['scan', place(name), '--forget', ...shared]);
    expect(result.stderr).toMatch(message);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });

  test('does not stop the scan of the next one', async () => {
    const args = ['scan', place('nosuch.mbox'), `${example}mailbox.mbox`, '--forget', ...shared];
    const { exitCode, stdout, stderr } = await runUnsent(args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('nosuch.mbox does not exist');
    expect(stdout).toMatch(/^469 new messages/);
  });

  test('standard input without a message', async () => {
    expect((await runUnsent(['scan', '-', '--forget', ...shared], { input: '' })).exitCode).toBe(0);
  });

  // The super-user may read every file, unless the right to do so is taken away.
  const isRoot = process.getuid?.() === 0;
  const setpriv = findProgram('setpriv');
  const mayRun = needs('setpriv', !isRoot || setpriv !== null);
  test.skipIf(!mayRun)('that this user may not read (needs setpriv when run as root)', () => {
    write('secret.mbox', 'From a@b.example Mon Jan  5 00:00:00 2026\n\n');
    chmodSync(place('secret.mbox'), 0o000);
    if (isRoot) chownSync(place('secret.mbox'), 65_534, 65_534);
    const command = [process.execPath, unsentBin, 'scan', place('secret.mbox'), '--forget', ...shared];
    const asUser = isRoot ? [setpriv ?? '', '--bounding-set', '-dac_override,-dac_read_search', ...command] : command;
    const [program = '', ...args] = asUser;
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', env: { HOME: folder } });
    expect(stderr).toMatch(/^unsent: .*secret\.mbox cannot be read/);
    expect(status).toBe(1);
  });
});

describe('a database that cannot be used', () => {
  const scan = (state: string) => runUnsent(['scan', `${example}mailbox.mbox`, '--state', state, ...shared]);

  test.each([
    ['is a folder', 'nothing', /is a folder/],
    ['is another kind of file', 'notes.txt', /is not a database of unsent/],
  ])('%s', async (_, name, message) => {
    const { exitCode, stdout, stderr } = await scan(place(name));
    expect(stderr).toMatch(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  });

  test.each([
    [
      'is damaged',
      (file: Buffer) => Buffer.concat([file.subarray(0, 4096), Buffer.alloc(file.length - 4096, 0x5a)]),
      /damaged|not a database/,
    ],
    ['was written by a newer version', (file: Buffer) => withUserVersion(file, 9999), /newer version/],
    ['belongs to another program', (file: Buffer) => withApplicationId(file, 0x12345678), /not a database of unsent/],
  ])('%s, and is left as it was', async (_, spoil, message) => {
    const good = place('good.db');
    rmSync(good, { force: true });
    expect((await scan(good)).exitCode).toBe(0);
    const spoilt = spoil(readFileSync(good));
    writeFileSync(place('spoilt.db'), spoilt);
    const { exitCode, stderr } = await scan(place('spoilt.db'));
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(1);
    expect(readFileSync(place('spoilt.db')).equals(spoilt)).toBe(true);
  });
});

/** SQLite's file format: the user version stands at offset 60, the application id at 68, both big-endian. */
function withUserVersion(file: Buffer, version: number): Buffer {
  const copy = Buffer.from(file);
  copy.writeUInt32BE(version, 60);
  return copy;
}

function withApplicationId(file: Buffer, id: number): Buffer {
  const copy = Buffer.from(file);
  copy.writeUInt32BE(id, 68);
  return copy;
}
