import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from '../src/cli.ts';
import { bounceTo, mboxOf } from './support/mail.ts';
import { fakeSurroundings } from './support/surroundings.ts';

/** Runs commands in a folder that is not the one of this process. */
function elsewhere() {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-cwd-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  writeFileSync(join(folder, 'unsent.yaml'), 'domains: {unused: [parked.example]}\n');
  writeFileSync(join(folder, 'list'), 'parked.example\n');
  writeFileSync(join(folder, 'mbox'), mboxOf([bounceTo('info@parked.example', '203.0.113.9', 1)]));
  return async (...args: string[]) => {
    const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
    const globals = ['--config', 'unsent.yaml', '--state', 'state.db', '--dns', 'zone:dns.txt'];
    const exitCode = await runCli([...args, ...globals], surroundings, '1.2.3');
    return { folder, exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
  };
}

test('a relative path starts in the folder of the command, whatever it names', async () => {
  const run = elsewhere();
  const scanned = await run('scan', '--json', 'mb?x');
  expect(scanned).toMatchObject({ exitCode: 0, err: '' });
  // Absolute, because the next command may be run elsewhere.
  expect(JSON.parse(scanned.out)).toMatchObject({ id: `${scanned.folder}/mbox#1`, backscatter: 'yes' });
  expect(await run('explain', 'mbox#1')).toMatchObject({ exitCode: 0, err: '' });
  expect(await run('report', '--json')).toMatchObject({ exitCode: 0, err: '' });
  const locked = await run('lockdown', '--file', 'list', '--rehearse', '--yes');
  expect(locked).toMatchObject({ exitCode: expect.any(Number), err: expect.not.stringContaining('cannot read') });
  expect((await run('scan', 'nothing')).err).toMatch(/nothing does not exist\./);
});
