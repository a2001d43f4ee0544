import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../../test/support/ports.ts';
import { findProgram } from '../../../../test/support/require.ts';
import { type DnsServer, dnsClient, formatDnsServer } from '../../src/index.ts';
import { name } from './names.ts';

export const nsdProgram: string | null = findProgram('nsd');

export type Nsd = AsyncDisposable & { readonly server: DnsServer };

/** A private NSD on loopback that serves these zones, text by origin. */
export async function startNsd(zones: Readonly<Record<string, string>>, address = '127.0.0.1', port = 0): Promise<Nsd> {
  const folder = await mkdtemp(join(tmpdir(), 'unsent-nsd-'));
  const server = { address, port: port === 0 ? await freePort() : port };
  const origins = Object.keys(zones);
  await Promise.all(origins.map((origin, i) => writeFile(join(folder, `zone${i}`), zones[origin] ?? '')));
  await writeFile(join(folder, 'nsd.conf'), configuration(folder, server, origins));
  const process = spawn(nsdProgram ?? 'nsd', ['-d', '-c', join(folder, 'nsd.conf')], { stdio: 'ignore' });
  try {
    await answering(server, origins[0] ?? '', process);
  } catch (error) {
    process.kill('SIGKILL');
    const log = await readFile(join(folder, 'nsd.log'), 'utf8').catch(() => 'no log');
    throw new Error(`NSD did not start: ${log}`, { cause: error });
  }
  return {
    server,
    async [Symbol.asyncDispose]() {
      process.kill('SIGTERM');
      if (process.exitCode === null) await once(process, 'exit');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function configuration(folder: string, server: DnsServer, origins: readonly string[]): string {
  const zones = origins.map((origin, i) => `zone:\n  name: "${origin}"\n  zonefile: "${join(folder, `zone${i}`)}"\n`);
  return `
server:
  ip-address: ${server.address}@${server.port}
  server-count: 1
  username: ""
  zonesdir: "${folder}"
  pidfile: "${folder}/nsd.pid"
  logfile: "${folder}/nsd.log"
  database: ""
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
${zones.join('')}`;
}

async function answering(server: DnsServer, origin: string, process: ChildProcess): Promise<void> {
  const client = dnsClient({ servers: [server], timeoutMs: 200, tries: 1 });
  try {
    for (let i = 0; i < 100; i++) {
      if (process.exitCode !== null) throw new Error(`NSD ended with ${process.exitCode}`);
      const found = await client.query(name(origin), 'SOA');
      if (found.kind === 'message' && found.answers.length > 0) return;
      await delay(50);
    }
    throw new Error(`no answer from ${formatDnsServer(server)}`);
  } finally {
    client.close();
  }
}
