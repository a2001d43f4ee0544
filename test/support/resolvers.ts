import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess } from './cli.ts';
import { freePort } from './ports.ts';
import { findProgram } from './require.ts';

/** A private resolver on loopback that asks one authoritative server for everything. */
export type RealResolver = { readonly server: string; readonly port: number; stop(): Promise<void> };

export const hasResolvers: boolean = findProgram('unbound') !== null && findProgram('dnsmasq') !== null;

/** dnsmasq in front of `upstreamPort`; `options` such as `--stop-dns-rebind`. */
export async function startDnsmasq(upstreamPort: number, ...options: string[]): Promise<RealResolver> {
  const port = await freePort();
  const fixed = [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--no-resolv',
    '--no-hosts',
    '--pid-file=',
    '--user=',
  ];
  const place = [`--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', '--cache-size=0'];
  return running('dnsmasq', [...fixed, ...place, `--server=127.0.0.1#${upstreamPort}`, ...options], port);
}

/** unbound in front of `upstreamPort`; `lines` go into its `server:` clause. */
export async function startUnbound(upstreamPort: number, ...lines: string[]): Promise<RealResolver> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'unsent-unbound-'));
  const server = [
    `interface: 127.0.0.1@${port}`,
    'username: ""',
    'chroot: ""',
    `directory: "${folder}"`,
    'pidfile: ""',
    'use-syslog: no',
    'module-config: "iterator"',
    'do-not-query-localhost: no',
    'local-zone: "example." transparent',
    'num-threads: 1',
    ...lines,
  ];
  writeFileSync(
    join(folder, 'unbound.conf'),
    `server:\n${server.map((line) => `  ${line}\n`).join('')}remote-control:\n  control-enable: no\nforward-zone:\n  name: "."\n  forward-addr: 127.0.0.1@${upstreamPort}\n`,
  );
  const started = await running('unbound', ['-d', '-p', '-c', join(folder, 'unbound.conf')], port);
  return {
    ...started,
    stop: async () => {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function running(name: string, args: readonly string[], port: number): Promise<RealResolver> {
  const child = spawn(findProgram(name) ?? name, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await answering(child, port, () => `${name}: ${log}`);
  return { server: `127.0.0.1:${port}`, port, stop: async () => void (await endProcess(child)) };
}

async function answering(child: ChildProcess, port: number, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}\n${log()}`);
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => socket.destroy()).once('connect', () => socket.end());
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await endProcess(child);
  throw new Error(`does not answer\n${log()}`);
}
