import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess } from './cli.ts';
import { freePort } from './ports.ts';
import { findProgram } from './require.ts';

/** A private authoritative server on loopback. */
export type Nsd = { readonly server: string; readonly port: number; stop(): Promise<void> };

export const hasNsd: boolean = findProgram('nsd') !== null;

/**
 * Starts NSD with `zone` (records with absolute names) as the root zone, so that every other name is NXDOMAIN.
 * The zones of `broken` are configured and have no data: SERVFAIL.
 */
export async function startNsd(zone: string, broken: readonly string[] = []): Promise<Nsd> {
  const program = findProgram('nsd');
  if (program === null) throw new Error('nsd is missing');
  const folder = mkdtempSync(join(tmpdir(), 'unsent-nsd-'));
  const port = await freePort();
  writeFileSync(
    join(folder, 'root.zone'),
    `$TTL 60\n. SOA ns.invalid. h.invalid. 1 60 60 60 60\n. NS ns.invalid.\n${zone.replace(/^ +/gm, '')}\n`,
  );
  writeFileSync(join(folder, 'nsd.conf'), configuration(folder, port, broken));
  const child = spawn(program, ['-d', '-c', join(folder, 'nsd.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  await answering(child, port, () => log);
  const stop = async (): Promise<void> => {
    await endProcess(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { server: `127.0.0.1:${port}`, port, stop };
}

function configuration(folder: string, port: number, broken: readonly string[]): string {
  const zones = [['.', 'root.zone'], ...broken.map((name) => [name, 'missing.zone'])];
  return `
server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: ""
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  xfrdir: "${folder}"
  logfile: ""
  rrl-ratelimit: 0
remote-control:
  control-enable: no
${zones.map(([name, file]) => `zone:\n  name: "${name}"\n  zonefile: "${file}"\n`).join('')}`;
}

/** Resolves when the server takes connections. */
async function answering(child: ChildProcess, port: number, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`nsd ended with ${child.exitCode}\n${log()}`);
    if (await takesConnection(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await endProcess(child);
  throw new Error(`nsd does not answer\n${log()}`);
}

function takesConnection(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
