import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runUnsent } from '../support/cli.ts';
import { hasNsd, type Nsd, startNsd } from '../support/nsd.ts';
import { freePort } from '../support/ports.ts';
import { needs } from '../support/require.ts';
import { type SlowDns, startSlowDns } from '../support/slow-dns.ts';

/** About 6 kB of networks that are none of the client's, then one that is: only the whole record lets it pass. */
const LARGE = [
  ...Array.from({ length: 370 }, (_, i) => `ip4:198.51.${i >> 8}.${i & 255}`),
  'ip4:192.0.2.1',
  '-all',
].join(' ');

function strings(text: string): string {
  return (text.match(/.{1,250}/g) ?? []).map((part) => `"${part}"`).join(' ');
}

const ZONE = `
  a.example. TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.b.example -all"
  _spf.b.example. TXT "v=spf1 a:h.b.example ~all"
  h.b.example. A 198.51.100.7
  h.b.example. AAAA 2001:db8::7
  large.example. TXT ${strings(`v=spf1 ${LARGE}`)}
  fails.example. TXT "v=spf1 include:x.broken.example -all"`;

describe.skipIf(!needs('nsd', hasNsd))('spf check against a real server (needs nsd)', () => {
  let nsd: Nsd;
  let folder: string;
  const slow: SlowDns[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'unsent-spf-e2e-'));
    nsd = await startNsd(ZONE, { broken: ['broken.example'] });
  });
  afterAll(async () => {
    for (const one of slow) await one.stop();
    await nsd.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const check = async (server: readonly string[], ...args: string[]) => {
    const startedAt = performance.now();
    const { exitCode, stdout, stderr } = await runUnsent([...server, 'spf', 'check', ...args, '--json']);
    expect(stderr).toBe('');
    return { exitCode, ms: performance.now() - startedAt, ...JSON.parse(stdout).checks[0] };
  };
  const through = (): string[] => ['--dns', nsd.server];

  test.each([
    ['192.0.2.7', 'x@a.example', 'pass'],
    ['198.51.100.7', 'x@a.example', 'pass'],
    ['2001:db8::7', 'x@a.example', 'pass'],
    ['203.0.113.1', 'x@a.example', 'fail'],
    ['203.0.113.1', 'x@gone.example', 'none'],
  ])('over UDP: %s for %s is %s', async (ip, sender, result) => {
    expect(await check(through(), ip, sender)).toMatchObject({ exitCode: 0, result });
  });

  test('a record of 6 kB is fetched over TCP, whole', async () => {
    expect(LARGE.length).toBeGreaterThan(5900);
    expect(await check(through(), '192.0.2.1', 'x@large.example')).toMatchObject({
      result: 'pass',
      matched: { term: 'ip4:192.0.2.1', record: `v=spf1 ${LARGE}` },
    });
    expect(await check(through(), '203.0.113.1', 'x@large.example')).toMatchObject({ result: 'fail' });
  });

  test('a dead first server is passed over', async () => {
    const dead = `127.0.0.1:${await freePort()}`;
    const config = join(folder, 'two.yaml');
    writeFileSync(config, `dns:\n  servers: ["${dead}", "${nsd.server}"]\n`);
    const found = await check(['--config', config], '203.0.113.1', 'x@a.example');
    expect(found).toMatchObject({ result: 'fail' });
    expect(found.ms).toBeLessThan(10_000);
  });

  test('a silent first server costs its time-out, not the check', async () => {
    const silent = await startSlowDns(nsd.port, null);
    slow.push(silent);
    const config = join(folder, 'silent.yaml');
    writeFileSync(config, `dns:\n  servers: ["${silent.server}", "${nsd.server}"]\n  timeoutMs: 500\n`);
    expect(await check(['--config', config], '203.0.113.1', 'x@a.example')).toMatchObject({ result: 'fail' });
    expect(silent.asked()).toBeGreaterThan(0);
  });

  test('SERVFAIL is temperror, and --fail-on sees it', async () => {
    const args = ['203.0.113.1', 'x@fails.example', '--fail-on', 'temperror'];
    expect(await check(through(), ...args)).toMatchObject({
      exitCode: 5,
      result: 'temperror',
      failure: { name: 'x.broken.example' },
    });
  });

  test('nobody listens: temperror, within the time limit', async () => {
    const nobody = ['--dns', `127.0.0.1:${await freePort()}`];
    const found = await check(nobody, '203.0.113.1', 'x@a.example', '--time-limit', '5');
    expect(found).toMatchObject({ result: 'temperror' });
    expect(found.ms).toBeLessThan(10_000);
  });

  test('a slow server is waited for', async () => {
    const late = await startSlowDns(nsd.port, 300);
    slow.push(late);
    expect(await check(['--dns', late.server], '203.0.113.1', 'x@a.example')).toMatchObject({ result: 'fail' });
  });

  test('the time limit holds against a server that never answers', async () => {
    const silent = await startSlowDns(nsd.port, null);
    slow.push(silent);
    const found = await check(['--dns', silent.server], '203.0.113.1', 'x@a.example', '--time-limit', '1');
    expect(found).toMatchObject({ result: 'temperror', failure: { name: null } });
    expect(found.ms).toBeLessThan(5000);
  });

  test('lint and tree read the same server', async () => {
    const lint = await runUnsent([...through(), 'spf', 'lint', 'a.example', '--json']);
    expect(JSON.parse(lint.stdout).lints[0]).toMatchObject({
      lookups: 2,
      voidLookups: { ipv4: 0, ipv6: 0 },
      findings: [],
    });
    const tree = await runUnsent([...through(), 'spf', 'tree', 'large.example', '--json']);
    expect(JSON.parse(tree.stdout).trees[0]).toMatchObject({ lookups: 0, state: 'ok' });
  });
});
