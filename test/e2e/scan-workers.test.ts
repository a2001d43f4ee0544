import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type CliResult, endProcess, runUnsent, startUnsent, unsentBin, waitForStderr } from '../support/cli.ts';
import { networkTo } from '../support/network.ts';
import { parkedBounce } from '../support/parked-bounce.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { needs } from '../support/require.ts';

const isThere = needs('PostgreSQL', (await postgresPrograms()) !== null);
const COUNT = 600;
const ENQUEUE = ['scan', '--enqueue', '--piece', '50', '--expire', '4'];
const DRAIN = ['worker', '--drain', '--jobs', '1'];

describe.skipIf(!isThere)('a scan that workers share', { timeout: 120_000 }, () => {
  let server: Postgres;
  let folder: string;
  let state: string;
  let schema: string;
  let schemas = 0;

  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'unsent-workers-'));
    const made = folder;
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    schema = `s${++schemas}`;
    state = `${server.url}?schema=${schema}`;
    writeFileSync(join(folder, 'mbox'), Array.from({ length: COUNT }, (_, i) => spreadBounce(i)).join(''));
    settle('mbox');
    writeFileSync(join(folder, 'unsent.yaml'), 'domains:\n  unused: [parked.example]\n');
    writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  });

  /** Of what has just changed a Maildir or mbox may leave something to the next run. */
  const settle = (name: string): void => utimesSync(join(folder, name), 1_760_000_000, 1_760_000_000);
  const globals = (at = state): string[] => ['--config', 'unsent.yaml', '--dns', 'zone:dns.txt', '--state', at];
  const run = (args: readonly string[], at = state): Promise<CliResult> =>
    runUnsent([...globals(at), ...args], { cwd: folder });

  function start(args: readonly string[], at = state): ChildProcess {
    const child = startUnsent([...globals(at), ...args], { cwd: folder });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  async function status(): Promise<Status> {
    return JSON.parse((await run(['--json', 'scan', 'status'])).stdout);
  }

  /** Sums and events, as one text. */
  function counted(of = schema): string {
    return server.psql(`
      SELECT domain, hour, kind, backscatter, decisive, messages, first_at, last_at FROM ${of}.hourly ORDER BY 1, 2, 3, 4, 5;
      SELECT encode(identity, 'hex'), arrived_at, backscatter, domain FROM ${of}.event ORDER BY 1;
      SELECT sum(added) FROM ${of}.scan_run;`);
  }

  /** What a scan by one counts, and where it leaves the cursor. */
  async function byOne(): Promise<{ readonly counts: string; readonly cursor: string }> {
    await run(['scan', join(folder, 'mbox')], `${server.url}?schema=one${schema}`);
    return { counts: counted(`one${schema}`), cursor: cursor(`one${schema}`) };
  }

  const cursor = (of = schema): string => server.psql(`SELECT position FROM ${of}.source ORDER BY name`);

  test('counts what a scan by one counts, and leaves the cursor where that leaves it', async () => {
    const enqueued = await run(['--json', ...ENQUEUE, 'mbox']);
    const source = join(folder, 'mbox');
    expect(JSON.parse(enqueued.stdout)).toEqual({
      sources: [{ source, run: 1, pieces: 12, messages: COUNT, unfinished: 0 }],
      failed: 0,
    });
    const workers = await Promise.all([run(DRAIN), run(DRAIN)]);
    expect(workers.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const one = await byOne();
    expect(counted()).toBe(one.counts);
    expect(cursor()).toBe(one.cursor);
    expect(await run(['scan', '--enqueue', 'mbox'])).toMatchObject({ stdout: `${source}: nothing new\n`, exitCode: 0 });
    const { stdout } = await run(['scan', 'status']);
    expect(stdout).toMatch(/^Run 1: .*mbox, 600 new$/m);
    expect(stdout).toMatch(/100 % {2}600 messages {2}12 of 12 pieces/);
    expect(stdout).toMatch(/^Worker .*Messages\/s/m);
  });

  test('counts exactly when a worker is killed, PostgreSQL crashes and the network is cut', async () => {
    const one = await byOne();
    const network = await networkTo(server.port);
    onTestFinished(() => network.close());
    await run([...ENQUEUE, 'mbox']);
    const killed = start(['--json', ...DRAIN]);
    await linesOf(killed, 1);
    killed.kill('SIGKILL');

    const cut = start(['--json', 'worker', '--jobs', '1'], state.replace(`:${server.port}`, `:${network.port}`));
    await linesOf(cut, 1);
    network.cut();
    await linesOf(cut, 2);
    await server.crash();
    const early = start(DRAIN);
    const ended = new Promise((resolve) => early.once('exit', resolve));
    await waitForStderr(early, /cannot be reached.*Waiting for it/);
    await server.start();

    expect(await ended).toBe(0);
    await endProcess(cut);
    expect(counted()).toBe(one.counts);
    expect(cursor()).toBe(one.cursor);
  });

  test('takes pieces back from a worker that is told to end', async () => {
    await run([...ENQUEUE, 'mbox']);
    const worker = start(['--json', 'worker', '--jobs', '1']);
    await linesOf(worker, 1);
    expect(await endProcess(worker)).toBe(0);
    const [{ pieces }] = (await status()).runs;
    expect(pieces).toMatchObject({ active: 0, failed: 0 });
    expect(pieces.done).toBeGreaterThan(0);
    await run(DRAIN);
    expect(counted()).toBe((await byOne()).counts);
  });

  test('tells which piece failed and why, keeps the cursor before it, and takes it up again', async () => {
    await run([...ENQUEUE, '--retries', '0', 'mbox']);
    renameSync(join(folder, 'mbox'), join(folder, 'elsewhere'));
    const worker = await run(DRAIN);
    expect(worker.exitCode).toBe(1);
    expect(worker.stderr).toContain(
      `a piece of ${join(folder, 'mbox')} failed: ${join(folder, 'mbox')} does not exist.`,
    );
    expect(cursor()).toBe('');
    const { failed } = await status();
    expect(failed).toHaveLength(12);
    expect(failed[0]).toMatchObject({ part: 'messages 1 to 50', reason: `${join(folder, 'mbox')} does not exist.` });
    expect((await run(['scan', 'status'])).stdout).toMatch(
      /12 pieces failed for good[\s\S]*messages 1 to 50: .*does not exist/,
    );

    renameSync(join(folder, 'elsewhere'), join(folder, 'mbox'));
    await run([...ENQUEUE, 'mbox']);
    expect((await run(DRAIN)).exitCode).toBe(0);
    expect(counted()).toBe((await byOne()).counts);
    expect((await status()).failed).toEqual([]);
  });

  test('leaves pieces to workers that judge by the same domains, until the source is enqueued by others', async () => {
    writeFileSync(join(folder, 'other.yaml'), 'domains:\n  unused: [other.example]\n');
    const byOther = (args: readonly string[]): Promise<CliResult> =>
      runUnsent(['--config', 'other.yaml', '--dns', 'zone:dns.txt', '--state', state, ...args], { cwd: folder });
    await run([...ENQUEUE, 'mbox']);
    const left = await byOther(DRAIN);
    expect(left).toMatchObject({ exitCode: 1, stdout: '0 pieces with 0 messages read.\n' });
    expect(left.stderr.match(/run 1 \(.*mbox\) was enqueued with other domains/g)).toHaveLength(1);
    expect((await byOther(['scan', '--enqueue', 'mbox'])).stdout).toContain('left as it is: 12 pieces');
    expect(await run(DRAIN)).toMatchObject({ exitCode: 1, stdout: '0 pieces with 0 messages read.\n' });
    expect(server.psql(`SELECT count(*) FROM ${schema}.event`)).toBe('0');
    expect(await byOther(DRAIN)).toMatchObject({ exitCode: 0, stdout: `12 pieces with ${COUNT} messages read.\n` });
  });

  test('needs a database server, and flags that workers can follow', async () => {
    for (const args of [['worker'], ['scan', '--enqueue', 'mbox'], ['scan', 'status']]) {
      const { exitCode, stderr } = await run(args, 'state.db');
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^unsent: The database .*state\.db is a file, .*\n {2}Name one with --state postgres:/);
    }
    for (const args of [
      ['--enqueue', '-'],
      ['--enqueue', '--action', 'delete', 'mbox'],
      ['--piece', '7', 'mbox'],
    ]) {
      expect(await run(['scan', ...args])).toMatchObject({ exitCode: 2 });
    }
  });

  test('a question to it that is interrupted ends without a word', async () => {
    await run([...ENQUEUE, 'mbox']);
    const locks = (which: string): string =>
      server.psql(`SELECT count(*) FROM pg_locks WHERE relation = '${schema}.hourly'::regclass AND ${which}`);
    const holding = ['-Xq', '-h', server.folder, '-p', String(server.port), '-U', 'unsent_admin', 'postgres'];
    const hold = `BEGIN; LOCK TABLE ${schema}.hourly; SELECT pg_sleep(60)`;
    const holder = spawn(join((await postgresPrograms()) ?? '', 'psql'), [...holding, '-c', hold]);
    onTestFinished(() => void holder.kill());
    const until = async (which: string): Promise<void> => {
      while (locks(which) === '0') await new Promise((resume) => setTimeout(resume, 50));
    };
    await until("mode = 'AccessExclusiveLock' AND granted");
    const report = start(['report']);
    let stderr = '';
    report.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    await until('NOT granted');
    expect(await endProcess(report)).toBe(143);
    expect(stderr).toBe('');
  });

  test('is watched on a terminal until nothing is left', async () => {
    await run([...ENQUEUE, 'mbox']);
    const inWide = ['sh', '-c', 'stty cols 100; exec "$@"', 'sh'];
    const command = [...inWide, process.execPath, unsentBin, ...globals(), 'scan', 'status'];
    const pty = spawn('python3', ['-c', 'import pty, sys; pty.spawn(sys.argv[1:])', ...command], { cwd: folder });
    let shown = '';
    const isShown = (text: string): Promise<void> =>
      new Promise((resolve) => pty.stdout.on('data', () => shown.includes(text) && resolve()));
    pty.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    await isShown('0 of 12 pieces');
    await run(DRAIN);
    await new Promise((resolve) => pty.once('close', resolve));
    expect(shown).toContain('12 of 12 pieces');
  });
});

type Status = {
  readonly runs: readonly [{ readonly pieces: { readonly done: number; readonly active: number } }];
  readonly failed: readonly object[];
};

/** Resolves when the child has printed so many more lines. */
function linesOf(child: ChildProcess, count: number): Promise<void> {
  let seen = 0;
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString().split('\n').length - 1;
      if (seen >= count) resolve();
    });
  });
}

/** Over the hours of a day, to twenty addresses. */
function spreadBounce(number: number): string {
  return parkedBounce(number, `user${number % 20}@parked.example`, new Date(Date.UTC(2026, 10, 23, number % 24)));
}
