import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { bounceTo, mboxOf } from '../support/mail.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-keep-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  // All of them came on 23 November 2026.
  writeFileSync(join(folder, 'mbox'), mboxOf([1, 2, 3].map((n) => bounceTo('a@parked.example', '203.0.113.9', n))));
  configure('');
});

function configure(more: string): void {
  writeFileSync(join(folder, 'unsent.yaml'), `domains: {unused: [parked.example]}\n${more}`);
}

async function unsent(at: string, ...args: string[]) {
  const surroundings = { ...fakeSurroundings({ cwd: folder, env: { HOME: folder } }), now: () => new Date(at) };
  const globals = ['--config', 'unsent.yaml', '--dns', 'zone:dns.txt', '--state', 'state.db'];
  const exitCode = await runCli([...args, ...globals], surroundings, '1.2.3');
  return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
}

/** Messages that are kept one by one, and those in the sums. */
async function kept(): Promise<readonly [number, number]> {
  const { rows } = JSON.parse((await unsent('2026-11-24T00:00:00Z', 'state', 'info', '--json')).out);
  const { totals } = JSON.parse((await unsent('2028-01-01T00:00:00Z', 'report', '--json', '--since', 'all')).out);
  return [rows.find(({ table }: { table: string }) => table === 'event').count, totals.messages];
}

test.each<[string, string, readonly string[]]>([
  ['--keep 400d', '', ['--keep', '400d']],
  ['keep: 400d of the configuration', 'keep: 400d\n', []],
])('%s forgets single messages when they are older, never their sums', async (_, yaml, args) => {
  configure(yaml);
  await unsent('2026-11-23T12:00:00Z', 'scan', ...args, 'mbox');
  expect(await kept()).toEqual([3, 3]);
  await unsent('2027-12-27T12:00:00Z', 'scan', ...args, 'mbox'); // 399 days
  expect(await kept()).toEqual([3, 3]);
  const { exitCode, err } = await unsent('2027-12-30T12:00:00Z', 'scan', ...args, 'mbox'); // 402 days
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(await kept()).toEqual([0, 3]);
});

test('without it everything is kept', async () => {
  await unsent('2026-11-23T12:00:00Z', 'scan', 'mbox');
  await unsent('2036-11-23T12:00:00Z', 'scan', 'mbox');
  expect(await kept()).toEqual([3, 3]);
});

test.each(['400', 'long', '0d', '-1d'])('--keep %s is wrong usage', async (keep) => {
  const { exitCode, err } = await unsent('2026-11-23T12:00:00Z', 'scan', '--keep', keep, 'mbox');
  expect(exitCode).toBe(2);
  expect(err).toContain('--keep');
});
