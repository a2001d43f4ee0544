import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';

/** A private PostgreSQL on loopback and on a socket, with its data in a temporary folder. */
export type Postgres = {
  readonly port: number;
  /** Of the superuser, without parameters. */
  readonly url: string;
  readonly folder: string;
  /** Ends every process at once, as a power cut would (`pg_ctl stop -m immediate`). */
  crash(): Promise<void>;
  /** Starts it again on the same port; resolves when it takes connections. */
  start(): Promise<void>;
  /** Runs statements with psql as the superuser. */
  psql(statements: string): string;
  stop(): Promise<void>;
};

const NOBODY = 65_534;
const USER = 'unsent_admin';

/** The folder of the newest server programs that Debian's packages have put here; null when there is none. */
export async function postgresPrograms(): Promise<string | null> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join('/usr/lib/postgresql', newest, 'bin');
}

/** Makes a database cluster and starts it. `settings` are lines of postgresql.conf. */
export async function startPostgres(settings: readonly string[] = []): Promise<Postgres> {
  const programs = await postgresPrograms();
  if (programs === null) throw new Error('PostgreSQL is missing');
  const folder = await mkdtemp(join(tmpdir(), 'unsent-postgres-'));
  const isRoot = process.getuid?.() === 0;
  // It refuses to run as root.
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (isRoot) await chown(folder, NOBODY, NOBODY);
  const data = join(folder, 'data');
  const initdb = ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  execFileSync(join(programs, 'initdb'), initdb, { ...user, stdio: 'pipe', cwd: folder });
  const port = await freePort();
  const lines = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${folder}'`,
    ...settings,
  ];
  await writeFile(join(data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
  const psql = (statements: string): string =>
    execFileSync(
      join(programs, 'psql'),
      ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', folder, '-p', String(port), '-U', USER, 'postgres'],
      {
        encoding: 'utf8',
        input: statements,
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    ).trim();
  let server: ChildProcess | null = null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = server;
    server = null;
    if (ending === null || ending.exitCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await ended;
  };
  const start = async (): Promise<void> => {
    const child = spawn(join(programs, 'postgres'), ['-D', data], {
      ...user,
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: folder,
    });
    server = child;
    await readiness(child, () => psql('SELECT 1'));
  };
  await start();
  return {
    port,
    url: `postgres://${USER}@127.0.0.1:${port}/postgres`,
    folder,
    psql,
    start,
    crash: () => end('SIGQUIT'),
    stop: async () => {
      await end('SIGINT');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function readiness(child: ChildProcess, ask: () => void): Promise<void> {
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-10_000);
    });
  }
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`postgres ended with ${child.exitCode}\n${log}`);
    try {
      ask();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`postgres does not answer\n${log}`);
}
