import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { bounceTo, letterTo, mboxOf } from '../support/mail.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-state-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(folder, 'unsent.yaml'), 'domains:\n  unused: [parked.example]\n');
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  writeFileSync(
    join(folder, 'mbox'),
    mboxOf([bounceTo('a@parked.example', '203.0.113.9'), letterTo('b@shop.example')]),
  );
});

async function unsent(...args: string[]) {
  const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
  const state = join(folder, 'state.db');
  const globals = [
    '--config',
    'unsent.yaml',
    '--dns',
    'zone:dns.txt',
    ...(args.includes('--state') ? [] : ['--state', state]),
  ];
  const exitCode = await runCli([...globals, ...args], surroundings, '1.2.3');
  return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
}

test('state info says where the database is and what it holds', async () => {
  await unsent('scan', join(folder, 'mbox'));
  const { exitCode, out } = await unsent('state', 'info');
  expect(exitCode).toBe(0);
  expect(out).toMatch(new RegExp(`^${join(folder, 'state.db')}: \\d+\\.\\d MB, schema \\d+\n`));
  expect(out).toContain('Messages from 2026-11-23 to 2026-11-23, 1 mailbox\n');
  expect(out).toMatch(/^messages, one by one +2$/m);
  expect(out).toContain(`mbox:${join(folder, 'mbox')}`);
  const { rows, sources } = JSON.parse((await unsent('--json', 'state', 'info')).out);
  expect(rows).toContainEqual({ table: 'seen', count: 2 });
  expect(sources).toEqual([{ name: `mbox:${join(folder, 'mbox')}`, items: 0 }]);
});

test('without a database it says so, and makes none', async () => {
  expect(await unsent('state', 'info')).toEqual({
    exitCode: 0,
    out: 'There is no database yet. The first scan makes it.\n',
    err: '',
  });
  expect((await unsent('--json', 'state', 'vacuum')).out).toBe('null\n');
});

test('state vacuum tells the size that is left, and does not leave the log that it worked with', async () => {
  const bounces = Array.from({ length: 1500 }, (_, n) => bounceTo('a@parked.example', '203.0.113.9', n));
  writeFileSync(join(folder, 'large'), mboxOf(bounces));
  await unsent('scan', join(folder, 'large'));
  const { before, after } = JSON.parse((await unsent('--json', 'state', 'vacuum')).out);
  expect(after).toBeLessThanOrEqual(before);
  expect(after).toBe(statSync(join(folder, 'state.db')).size);
});

test('state vacuum keeps what is there', async () => {
  await unsent('scan', join(folder, 'mbox'));
  expect((await unsent('state', 'vacuum')).out).toMatch(/^\d+\.\d MB before, \d+\.\d MB now\.\n$/);
  expect((await unsent('scan', join(folder, 'mbox'))).out).toMatch(/^Nothing new\. Seen so far: 2 messages/);
});

test('state export and import carry everything to another database, where scans go on', async () => {
  await unsent('scan', join(folder, 'mbox'));
  const exported = await unsent('state', 'export', 'all.jsonl');
  expect(exported).toEqual({ exitCode: 0, out: expect.stringMatching(/^all\.jsonl: \d+ rows written\n$/), err: '' });
  const file = join(folder, 'all.jsonl');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await unsent('state', 'export')).out).toBe(readFileSync(file, 'utf8'));
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
  for (const [index, name] of ['all.jsonl', 'all.jsonl.gz'].entries()) {
    const place = join(folder, `other${index}.db`);
    const imported = await unsent('--state', place, 'state', 'import', name);
    expect(imported.out).toMatch(/other\d\.db: \d+ rows imported and counted\n$/);
    const again = await unsent('--state', place, 'scan', join(folder, 'mbox'));
    expect(again.out).toMatch(/^Nothing new\. Seen so far: 2 messages/);
  }
  const refused = await unsent('state', 'import', 'all.jsonl');
  expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('holds something already') });
});

test('state export leaves a file that is there, and state import makes no database for one that is not', async () => {
  await unsent('scan', join(folder, 'mbox'));
  const taken = await unsent('state', 'export', 'mbox');
  expect(taken).toMatchObject({ exitCode: 1, err: expect.stringContaining('is there already') });
  const place = join(folder, 'new.db');
  expect(await unsent('--state', place, 'state', 'import', 'nowhere.jsonl')).toMatchObject({ exitCode: 1 });
  expect(existsSync(place)).toBe(false);
  expect(await unsent('--state', place, 'state', 'export')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('There is no database to export.'),
  });
});

test('state import says that an export was cut off, or unpacks to nothing, and what to do', async () => {
  await unsent('scan', join(folder, 'mbox'));
  const { out } = await unsent('state', 'export');
  writeFileSync(join(folder, 'cut.jsonl'), out.slice(0, -20));
  writeFileSync(join(folder, 'cut.jsonl.gz'), gzipSync(out).subarray(0, 100));
  for (const name of ['cut.jsonl', 'cut.jsonl.gz']) {
    const { exitCode, err } = await unsent('--state', join(folder, 'new.db'), 'state', 'import', name);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^unsent: .*(cut off|unexpected end of file).*\n {2}Nothing was imported\./);
  }
});

test('state copy carries everything, says so, and leaves a database that holds something', async () => {
  await unsent('scan', join(folder, 'mbox'));
  const copied = await unsent('state', 'copy', 'state.db', 'other.db');
  expect(copied).toEqual({
    exitCode: 0,
    out: expect.stringMatching(/^\d+ rows of \d+ tables copied; the checksum of each table is the same in both\.\n$/),
    err: '',
  });
  const { out } = await unsent('state', 'export');
  expect((await unsent('--state', join(folder, 'other.db'), 'state', 'export')).out).toBe(out);
  expect(await unsent('state', 'copy', 'state.db', 'other.db')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('other.db holds something already'),
  });
});

test('state copy makes no database of a name that is mistyped', async () => {
  await unsent('scan', join(folder, 'mbox'));
  expect(await unsent('state', 'copy', 'sate.db', 'other.db')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('sate.db to copy'),
  });
  expect([existsSync(join(folder, 'sate.db')), existsSync(join(folder, 'other.db'))]).toEqual([false, false]);
});
