import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DomainName } from '@unsent/dns';
import { name } from '../../../../test/support/names.ts';
import { freePort } from '../../../../test/support/ports.ts';
import { findProgram, hasShared, needs, sharedDir } from '../../../../test/support/require.ts';
import type { TsigKey } from '../../src/providers/tsig.ts';

/** A name server that runs for one test file. */
export type RunningServer = {
  readonly folder: string;
  readonly dnsPort: number;
  readonly apiPort: number;
  stop(): void;
};

/** What every server takes updates and transfers with. */
export const KEY: TsigKey = {
  name: name('unsent-key'),
  algorithm: 'hmac-sha256',
  secret: Buffer.from('c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDEyMzQ1Njc=', 'base64'),
};

const PROGRAMS = { bind: 'named', knot: 'knotd', pdns: 'pdns_server' } as const;

/** True if `kind` can be started here. */
export function hasServer(kind: keyof typeof PROGRAMS): boolean {
  const isHere = findProgram(PROGRAMS[kind]) !== null && hasShared(`dns/start-${kind}.sh`);
  return needs(`${PROGRAMS[kind]} and dns/start-${kind}.sh in the shared folder`, isHere);
}

/** Starts a private server on free loopback ports; it holds the zone `unused-one.test`. */
export async function startServer(kind: keyof typeof PROGRAMS): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), `unsent-${kind}-`));
  const [dnsPort, apiPort] = [await freePort(), await freePort()];
  const script = join(sharedDir, 'dns', `start-${kind}.sh`);
  const args = [script, folder, String(dnsPort), ...(kind === 'pdns' ? [String(apiPort)] : [])];
  execFileSync('bash', args, { stdio: 'ignore', timeout: 30_000 });
  await untilServing(dnsPort);
  if (kind === 'pdns') allowTransfer(folder, ['unused-one.test', 'bare-two.test']);
  return {
    folder,
    dnsPort,
    apiPort,
    stop() {
      const pid = pidIn(folder);
      execFileSync('bash', [script, 'stop', folder], { stdio: 'ignore' });
      untilEnded(pid);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Adds records, lines of zone text, at a server or deletes them there, as its administrator would. */
export function nsupdate(port: number, zone: DomainName, how: 'add' | 'delete', lines: readonly string[]): void {
  const input = [
    `server 127.0.0.1 ${port}`,
    `zone ${zone}.`,
    ...lines.map((line) => `update ${how} ${line}`),
    'send',
    '',
  ];
  const secret = Buffer.from(KEY.secret).toString('base64');
  const args = ['-y', `${KEY.algorithm}:${KEY.name}:${secret}`];
  execFileSync(findProgram('nsupdate') ?? '', args, { input: input.join('\n'), timeout: 10_000 });
}

function pidIn(folder: string): number | null {
  const file = join(folder, 'pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : Number.NaN;
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

/** A server that is ending still writes into its folder, which then cannot be removed. */
function untilEnded(pid: number | null): void {
  for (let tries = 0; pid !== null && isRunning(pid) && tries < 100; tries++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A server that runs may still be loading its zones. */
async function untilServing(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const args = ['+short', '+time=1', '+tries=1', '@127.0.0.1', '-p', String(port), 'unused-one.test', 'SOA'];
    const answer = spawnSync(findProgram('dig') ?? '', args, { encoding: 'utf8' }).stdout;
    if (answer.startsWith('ns1.fake.test.')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the name server does not answer');
}

/** PowerDNS lets a key update and not transfer unless it is told so. */
function allowTransfer(folder: string, zones: readonly string[]): void {
  for (const zone of zones) {
    const args = [`--config-dir=${folder}`, 'set-meta', zone, 'TSIG-ALLOW-AXFR', 'unsent-key'];
    execFileSync(findProgram('pdnsutil') ?? 'pdnsutil', args, { stdio: 'ignore' });
  }
}
