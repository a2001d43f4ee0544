import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { unsentBin } from '../support/cli.ts';
import { startStandIn } from '../support/cloudflare-stand-in/server.ts';
import { standInZone } from '../support/cloudflare-stand-in/zones.ts';
import { hasNsd, startNsd } from '../support/nsd.ts';
import { freePort } from '../support/ports.ts';
import { hasShared, needs } from '../support/require.ts';

/** Node itself needs about twenty. */
const DESCRIPTORS = 60;
const NAMES = Array.from({ length: 70 }, (_, i) => `d${i}.example`);

/** Runs a program that may open so many files and sockets and no more. */
function withFewDescriptors(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const limited = ['-c', `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`, process.execPath, ...args];
  return promisify(execFile)('bash', limited, { env: { PATH: process.env['PATH'] ?? '', ...env }, timeout: 50_000 });
}

test('a question for which no socket is left fails at once, and says why', async () => {
  const dns = fileURLToPath(new URL('../../packages/dns/dist/index.js', import.meta.url));
  const script = `
    import { openSync } from 'node:fs';
    import { dnsClient } from ${JSON.stringify(dns)};
    const client = dnsClient({ servers: [{ address: '127.0.0.1', port: ${await freePort()} }], timeoutMs: 40_000 });
    try { for (;;) openSync('/dev/null'); } catch {}
    console.log(JSON.stringify(await client.resolve('parked.example', 'MX')));`;
  const { stdout } = await withFewDescriptors(['--input-type=module', '-e', script]);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'failure',
    cause: 'unreachable',
    detail: expect.stringContaining('EMFILE'),
  });
});

const lockedZone = (name: string): string => `
  ${name}. MX 0 loopback.${name}.
  ${name}. TXT "v=spf1 -all"
  *.${name}. TXT "v=spf1 -all"
  loopback.${name}. A 127.0.0.1
  loopback.${name}. TXT "v=spf1 -all"
  _dmarc.${name}. TXT "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s"
  *._domainkey.${name}. TXT "v=DKIM1; p="`;

const isHere =
  needs('nsd', hasNsd) && needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema'));

describe.skipIf(!isHere)('a lockdown of many domains', () => {
  test('verifies more of them than there are sockets', async () => {
    const standIn = await startStandIn(
      NAMES.map((name) => standInZone(name, [['MX', name, 'mx.old.example', { priority: 10 }]])),
    );
    const nsd = await startNsd(NAMES.map(lockedZone).join('\n'));
    const folder = mkdtempSync(join(tmpdir(), 'unsent-descriptors-'));
    try {
      writeFileSync(join(folder, 'unsent.yaml'), 'provider: {name: cloudflare}\n');
      writeFileSync(join(folder, 'dns'), '');
      writeFileSync(join(folder, 'list'), NAMES.join('\n'));
      const places = ['--dns', `zone:${folder}/dns`, '--state', `${folder}/u.db`, '--config', `${folder}/unsent.yaml`];
      const args = ['lockdown', '--file', `${folder}/list`, '--yes', '--json', '--authoritative', nsd.server];
      const env = { HOME: folder, CLOUDFLARE_API_TOKEN: standIn.token, CLOUDFLARE_BASE_URL: standIn.url };
      const { stdout } = await withFewDescriptors([unsentBin, ...places, ...args], env);
      const { summary } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      expect(summary).toMatchObject({ locked: NAMES.length, unverified: [] });
    } finally {
      await nsd.stop();
      await standIn.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
