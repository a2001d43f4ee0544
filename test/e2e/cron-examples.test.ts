import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { bounceTo, mboxOf } from '../../packages/unsent/test/support/mail.ts';
import { runUnsent } from '../support/cli.ts';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

/** The arguments of `unsent scan` in a line of cron, a unit or a page. */
function argumentsIn(text: string): string[] {
  const line = /unsent (scan --quiet[^\n]*)$/m.exec(text)?.[1];
  if (line === undefined) throw new Error('no scan is there');
  return line.split(' ');
}

test.each([
  ['examples/cron.d/unsent', []],
  ['examples/systemd/unsent-scan.service', []],
  // The page names a mailbox and an address, which a test must not write to.
  ['docs/cron.md', ['--notify', 'postmaster', '/var/mail/postmaster']],
])('the scan in %s is silent while nothing is new, and short when something is', async (path, notHere) => {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-cron-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const mailbox = join(folder, 'mbox');
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  writeFileSync(join(folder, 'unsent.yaml'), `domains: {unused: [parked.example]}\nmailboxes: [${mailbox}]\n`);
  writeFileSync(mailbox, mboxOf([bounceTo('a@parked.example', '203.0.113.9', 1)]));
  const globals = [
    '--config',
    `${folder}/unsent.yaml`,
    '--state',
    `${folder}/state.db`,
    '--dns',
    `zone:${folder}/dns.txt`,
  ];
  const args = argumentsIn(read(path)).filter((word) => !notHere.includes(word));
  const first = await runUnsent([...args, ...globals]);
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(first.stdout).toContain('parked.example 1');
  expect(first.stdout.trim().split('\n').length).toBeLessThanOrEqual(3);
  expect(await runUnsent([...args, ...globals])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});
