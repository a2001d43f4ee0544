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

export type NsdOptions = {
  /** Zones that are configured and have no data: SERVFAIL. */
  readonly broken?: readonly string[];
  /** Zones below the root, by name. */
  readonly children?: Readonly<Record<string, string>>;
  /** Default 127.0.0.1, and a free port. */
  readonly address?: string;
  readonly port?: number;
};

/** Starts NSD with `zone` (records with absolute names) as the root zone, so that every other name is NXDOMAIN. */
export async function startNsd(zone: string, options: NsdOptions = {}): Promise<Nsd> {
  const { broken = [], children = {}, address = '127.0.0.1' } = options;
  const program = findProgram('nsd');
  if (program === null) throw new Error('nsd is missing');
  const folder = mkdtempSync(join(tmpdir(), 'unsent-nsd-'));
  const port = options.port ?? (await freePort());
  writeFileSync(
    join(folder, 'root.zone'),
    `$TTL 60\n. SOA ns.invalid. h.invalid. 1 60 60 60 60\n. NS ns.invalid.\n${zone.replace(/^ +/gm, '')}\n`,
  );
  for (const [name, text] of Object.entries(children)) {
    writeFileSync(
      join(folder, `${name}.zone`),
      `$TTL 60\n${name}. SOA ns.invalid. h.invalid. 1 60 60 60 60\n${text.replace(/^ +/gm, '')}\n`,
    );
  }
  writeFileSync(join(folder, 'nsd.conf'), configuration(folder, `${address}@${port}`, broken, Object.keys(children)));
  const child = spawn(program, ['-d', '-c', join(folder, 'nsd.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  await answering(child, address, port, () => log);
  const stop = async (): Promise<void> => {
    await endProcess(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { server: `${address}:${port}`, port, stop };
}

function configuration(folder: string, listen: string, broken: readonly string[], children: readonly string[]): string {
  const zones = [
    ['.', 'root.zone'],
    ...broken.map((name) => [name, 'missing.zone']),
    ...children.map((name) => [name, `${name}.zone`]),
  ];
  return `
server:
  ip-address: ${listen}
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
async function answering(child: ChildProcess, address: string, port: number, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`nsd ended with ${child.exitCode}\n${log()}`);
    if (await takesConnection(address, port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await endProcess(child);
  throw new Error(`nsd does not answer\n${log()}`);
}

function takesConnection(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
