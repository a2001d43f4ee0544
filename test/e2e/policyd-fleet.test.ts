import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDomainName } from '@unsent/dns';
import { openPolicyStore, type PolicyStore } from '@unsent/store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { endProcess, runUnsent, startUnsent, waitForStderr } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { needs } from '../support/require.ts';

const isThere = needs('PostgreSQL', (await postgresPrograms()) !== null);
const LOCKED = parseDomainName('locked.example');
const LATER = parseDomainName('later.example');

describe.skipIf(!isThere)('policy daemons that share a database', () => {
  let server: Postgres;
  let folder: string;
  let running: ChildProcess[] = [];

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unsent-fleet-'));
    await writeFile(join(folder, 'unsent.yaml'), 'policy:\n  preset: standard\n');
  });
  afterEach(async () => {
    await Promise.all(running.map(endProcess));
    running = [];
    await rm(folder, { recursive: true, force: true });
  });

  test('learn of a locked domain, keep it while the database is away, and deliver every count once', async () => {
    const ports = [await freePort(), await freePort()];
    for (const port of ports) await start(port);
    await withStore(async ({ lockedDomains }) => LOCKED !== null && lockedDomains.add([LOCKED], new Date(), 'x'));
    for (const port of ports) await until(() => isRefused(port, 'locked.example'));

    await server.crash();
    const [first = 0] = ports;
    expect(await isRefused(first, 'locked.example')).toBe(true);
    const again = await freePort();
    await start(again); // knows it from its file
    expect(await isRefused(again, 'locked.example')).toBe(true);

    await server.start();
    await withStore(async ({ lockedDomains }) => {
      if (LOCKED !== null) await lockedDomains.remove([LOCKED]);
      if (LATER !== null) await lockedDomains.add([LATER], new Date(), 'y');
    });
    for (const port of [...ports, again]) {
      await until(() => isRefused(port, 'later.example'));
      expect(await isRefused(port, 'locked.example')).toBe(false);
    }
    await Promise.all(running.map(endProcess));
    expect(await counted()).toBe(asked);
  });

  test('that end while it is away leave their counts for the next start', async () => {
    const port = await freePort();
    const before = await counted();
    const daemon = await start(port);
    await server.crash();
    asked = 0;
    for (let i = 0; i < 3; i++) await isRefused(port, 'stranger.example');
    await endProcess(daemon);
    const files = async () => (await readdir(join(folder, 'unsent'))).filter((name) => name.startsWith('counts-'));
    // One for each batch that was on its way: a slow machine makes two.
    expect(await files()).not.toHaveLength(0);
    await server.start();
    await start(await freePort());
    await until(async () => (await files()).length === 0);
    expect((await counted()) - before).toBe(3);
  });

  let asked = 0;

  async function start(port: number): Promise<ChildProcess> {
    const config = ['--config', join(folder, 'unsent.yaml'), '--state', server.url, '--dns', 'zone:/dev/null'];
    const daemon = startUnsent([...config, 'policyd', '--listen', `inet:127.0.0.1:${port}`], {
      env: { XDG_STATE_HOME: folder },
    });
    running.push(daemon);
    await waitForStderr(daemon, /listening at/);
    return daemon;
  }

  async function isRefused(port: number, domain: string): Promise<boolean> {
    asked++;
    const at = ['--at', `inet:127.0.0.1:${port}`, '--client', '192.0.2.7'];
    const { stdout } = await runUnsent([
      '--json',
      'policyd',
      'ask',
      ...at,
      '--sender',
      '<>',
      '--recipient',
      `u@${domain}`,
    ]);
    return stdout.includes('sends no mail');
  }

  async function withStore(work: (store: PolicyStore) => Promise<unknown>): Promise<void> {
    const store = await openPolicyStore(server.url);
    try {
      await work(store);
    } finally {
      await store.close();
    }
  }

  async function counted(): Promise<number> {
    let sum = 0;
    await withStore(async ({ policyCounters }) => {
      for (const { count } of await policyCounters.totals(new Date(0))) sum += count;
    });
    return sum;
  }
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resume) => setTimeout(resume, 50));
}
