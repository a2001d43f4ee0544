import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runUnsent } from '../support/cli.ts';
import { hasNsd, type Nsd, startNsd } from '../support/nsd.ts';
import { needs } from '../support/require.ts';

const PARKED = 320;

const ZONE = `
  locked.example. TXT "v=spf1 -all"
  locked.example. MX 0 .
  _dmarc.locked.example. TXT "v=DMARC1; p=reject"
  loop.example. TXT "v=spf1 -all"
  loop.example. MX 0 loopback.loop.example.
  loopback.loop.example. A 127.0.0.1
  _dmarc.loop.example. TXT "v=DMARC1; p=reject"
  partly.example. TXT "v=spf1 -all"
  partly.example. A 192.0.2.80
  open.example. A 192.0.2.80
  live.example. TXT "v=spf1 mx -all"
  live.example. MX 10 m.live.example.
  m.live.example. A 192.0.2.25
  ${Array.from({ length: PARKED }, (_, i) => `p${i}.example. TXT "v=spf1 -all"\n  p${i}.example. MX 0 .`).join('\n')}`;

describe.skipIf(!needs('nsd', hasNsd))('audit against a real server (needs nsd)', () => {
  let nsd: Nsd;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'unsent-audit-e2e-'));
    nsd = await startNsd(ZONE, { broken: ['broken.example'] });
  });
  afterAll(async () => {
    await nsd.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const audit = (...args: string[]) => runUnsent(['--dns', nsd.server, 'audit', ...args]);

  test.each([
    ['locked.example', 'locked', 0],
    ['loop.example', 'locked', 0],
    ['partly.example', 'partly', 5],
    ['open.example', 'open', 5],
    ['live.example', 'live', 0],
    ['gone.example', 'unknown', 5],
    ['broken.example', 'unknown', 5],
  ])('%s is %s, exit code %i', async (domain, status, exitCode) => {
    const run = await audit(domain, '--json');
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout).domains[0].status).toBe(status);
    expect(run.exitCode).toBe(exitCode);
  });

  test(`${PARKED} domains from a file: a table, and nothing on standard error`, async () => {
    const list = join(folder, 'domains.txt');
    writeFileSync(list, Array.from({ length: PARKED }, (_, i) => `p${i}.example`).join('\n'));
    const { exitCode, stdout, stderr } = await audit('--file', list);
    expect(stderr).toBe('');
    expect(exitCode).toBe(5);
    expect(stdout.split('\n').filter((line) => /^p\d+\.example +partly +-all +null +missing/.test(line))).toHaveLength(
      PARKED,
    );
    expect(stdout).toContain(`${PARKED} domains: ${PARKED} partly; ${PARKED} problems`);
  });
});
