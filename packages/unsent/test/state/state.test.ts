import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const globals = ['--config', 'unsent.yaml', '--dns', 'zone:dns.txt', '--state', state];
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

test('state vacuum keeps what is there', async () => {
  await unsent('scan', join(folder, 'mbox'));
  expect((await unsent('state', 'vacuum')).out).toMatch(/^\d+\.\d MB before, \d+\.\d MB now\.\n$/);
  expect((await unsent('scan', join(folder, 'mbox'))).out).toMatch(/^Nothing new\. Seen so far: 2 messages/);
});
