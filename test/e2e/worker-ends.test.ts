import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type CliResult, runUnsent, startUnsent } from '../support/cli.ts';
import { type StandIn, startStandIn } from '../support/cloudflare-stand-in/server.ts';
import { parkedZone } from '../support/cloudflare-stand-in/zones.ts';
import { parkedBounce } from '../support/parked-bounce.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { hasShared, needs } from '../support/require.ts';

const hasServer = needs('PostgreSQL', (await postgresPrograms()) !== null);
const hasSchema = needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema'));
const DRAIN = ['worker', '--quiet', '--drain', '--jobs', '1'];
const COUNT = 40;

describe.skipIf(!hasServer || !hasSchema)('what follows the last message of a run', { timeout: 120_000 }, () => {
  let server: Postgres;
  let standIn: StandIn;
  let folder: string;
  let schemas = 0;

  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    standIn = await startStandIn([parkedZone('parked.example')]);
    folder = mkdtempSync(join(tmpdir(), 'unsent-ends-'));
    const made = folder;
    onTestFinished(async () => {
      await standIn.close();
      rmSync(made, { recursive: true, force: true });
    });
    schemas++;
    write(
      'mbox',
      Array.from({ length: COUNT }, (_, i) => parkedBounce(i, 'sales@parked.example', new Date())).join(''),
    );
    // Of what has just changed an mbox may leave something to the next run.
    utimesSync(join(folder, 'mbox'), 1_760_000_000, 1_760_000_000);
    write('dns', 'parked.example. 300 IN NS amy.ns.example.net.\n');
    write(
      'unsent.yaml',
      `provider: {name: cloudflare}
domains: {unused: [parked.example]}
lockdown: {auto: {enabled: true, threshold: 1}}
notify: {to: root, sendmail: ./sendmail}
`,
    );
    sendmail('');
  });

  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

  /** A sendmail that runs `first` before it takes the notice. */
  function sendmail(first: string): void {
    write('sendmail', `#!/bin/sh\ncd '${folder}'\n${first}\ncat >> notices\n`);
    chmodSync(join(folder, 'sendmail'), 0o755);
  }

  function start(state: string, args: readonly string[]): ChildProcess {
    const globals = ['--config', 'unsent.yaml', '--dns', 'zone:dns', '--state', state];
    const env = { CLOUDFLARE_API_TOKEN: standIn.token, CLOUDFLARE_BASE_URL: standIn.url };
    const child = startUnsent([...globals, ...args], { cwd: folder, env });
    child.stdin?.end();
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  const ended = (child: ChildProcess): Promise<NodeJS.Signals | number | null> =>
    new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  const run = (state: string, args: readonly string[]): Promise<NodeJS.Signals | number | null> =>
    ended(start(state, args));

  const notices = (): number =>
    existsSync(join(folder, 'notices'))
      ? readFileSync(join(folder, 'notices'), 'utf8').split('Subject: ').length - 1
      : 0;

  const told = (): string => readFileSync(join(folder, 'notices'), 'utf8');

  /** How often the zone was locked, by what was written to it. */
  const writes = (): number => standIn.calls.filter((call) => call.startsWith('POST')).length;

  const places = [
    ['by workers', () => `${server.url}?schema=e${schemas}`, true],
    ['on the embedded database', () => join(folder, 'state.db'), false],
  ] as const;

  describe.each(places)('%s', (_, place, isShared) => {
    const reading = isShared ? DRAIN : ['scan', '--quiet', 'mbox'];
    const begin = async (): Promise<void> => {
      if (isShared) expect(await run(place(), ['scan', '--quiet', '--enqueue', '--piece', '20', 'mbox'])).toBe(0);
    };

    test('is done by the next one when the process is killed before the lockdown', async () => {
      await begin();
      let killed: ChildProcess | null = null;
      standIn.faults = () => {
        killed?.kill('SIGKILL');
        return 'reset';
      };
      killed = start(place(), reading);
      expect(await ended(killed)).toBe('SIGKILL');
      standIn.faults = () => null;
      expect([writes(), notices()]).toEqual([0, 0]);
      expect(await run(place(), reading)).toBe(0);
      expect([writes(), notices()]).toEqual([1, 1]);
      expect(told()).toContain(`Subject: ${COUNT} new bounces`);
      expect(await run(place(), reading)).toBe(0);
      expect([writes(), notices()]).toEqual([1, 1]);
    });

    test('is done by the next one when the process is killed between lockdown and notice', async () => {
      await begin();
      sendmail('kill -9 $PPID; exit 1');
      expect(await run(place(), reading)).toBe('SIGKILL');
      expect([writes(), notices()]).toEqual([1, 0]);
      sendmail('');
      const next = await Promise.all([run(place(), reading), run(place(), reading)]);
      expect(next.every((code) => code === 0)).toBe(true);
      expect([writes(), notices()]).toEqual([1, 1]);
      expect(told()).toContain(`Subject: ${COUNT} new bounces`);
    });
  });

  test('stands in the status until it is done', async () => {
    const state = `${server.url}?schema=e${schemas}`;
    await run(state, ['scan', '--quiet', '--enqueue', 'mbox']);
    sendmail('kill -9 $PPID; exit 1');
    expect(await run(state, DRAIN)).toBe('SIGKILL');
    sendmail('');
    const status = (): Promise<CliResult> => runUnsent(['--state', state, 'scan', 'status'], { cwd: folder });
    expect((await status()).stdout).toContain(`${COUNT} new; what follows the last piece is not done yet`);
    expect(await run(state, ['scan', '--quiet', '--enqueue', 'mbox'])).toBe(0);
    expect((await status()).stdout).toContain(`${COUNT} new\n`);
    expect(notices()).toBe(1);
  });
});
