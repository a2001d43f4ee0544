import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasServer, type RunningServer, startServer } from '../../../lockdown/test/support/servers.ts';
import { runCli } from '../../src/cli.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

const SECRET = 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDEyMzQ1Njc=';

describe.each(['bind', 'knot', 'pdns'] as const)(
  'lockdown and unlock through the command line at a real %s',
  (kind) => {
    describe.skipIf(!hasServer(kind))('', { timeout: 30_000 }, () => {
      let server: RunningServer;
      let folder: string;

      beforeAll(async () => {
        server = await startServer(kind);
        folder = mkdtempSync(join(tmpdir(), 'unsent-name-server-'));
        const provider =
          kind === 'pdns'
            ? `{name: powerdns, url: "http://127.0.0.1:${server.apiPort}", apiKey: {env: SECRET}}`
            : `{name: rfc2136, server: "127.0.0.1:${server.dnsPort}", key: {name: unsent-key, secret: {env: SECRET}}}`;
        writeFileSync(join(folder, 'unsent.yaml'), `provider: ${provider}\ndomains: {unused: [unused-one.test]}\n`);
        writeFileSync(join(folder, 'dns'), 'unused-one.test. 300 IN NS ns1.fake.test.\n');
      }, 40_000);
      afterAll(() => {
        server.stop();
        rmSync(folder, { recursive: true, force: true });
      });

      async function run(...args: string[]) {
        const env = { HOME: folder, SECRET: kind === 'pdns' ? 'unsent-test-key' : SECRET };
        const surroundings = { ...fakeSurroundings({ cwd: folder, env }), now: () => new Date() };
        const before = [
          '--dns',
          `zone:${folder}/dns`,
          '--state',
          `${folder}/state.db`,
          '--config',
          `${folder}/unsent.yaml`,
        ];
        const exitCode = await runCli([...before, ...args], surroundings, '1.2.3');
        return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
      }

      test('the whole way: dry run, apply, verify by DNS, nothing left, undo, verify', async () => {
        const authoritative = ['--authoritative', `127.0.0.1:${server.dnsPort}`];
        const planned = await run('lockdown', 'unused-one.test', '--dry-run', ...authoritative);
        expect(planned).toMatchObject({ exitCode: 0, err: '' });
        const locked = await run('lockdown', 'unused-one.test', '--yes', ...authoritative);
        expect(locked.out).toContain('✓ 1 of 1 authoritative servers answers as planned');
        expect(locked.exitCode).toBe(0);
        expect((await run('lockdown', 'unused-one.test', ...authoritative)).out).toContain('nothing to do');
        const unlocked = await run('unlock', 'unused-one.test', '--yes', ...authoritative);
        expect(unlocked.out).toContain('✓ 1 of 1 authoritative servers answers as planned');
        expect(unlocked.exitCode).toBe(0);
      });

      test('with --quiet and --yes, success says nothing', async () => {
        const authoritative = ['--authoritative', `127.0.0.1:${server.dnsPort}`];
        for (const command of ['lockdown', 'unlock']) {
          expect(await run('--quiet', command, 'unused-one.test', '--yes', ...authoritative)).toEqual({
            exitCode: 0,
            out: '',
            err: '',
          });
        }
      });

      test('a server that does not answer is named, and the exit code is 4', async () => {
        const ran = await run('lockdown', 'unused-one.test', '--yes', '--mx', 'null', '--authoritative', '127.0.0.1:9');
        expect(ran.exitCode).toBe(4);
        expect(ran.out).toContain('0 of 1 authoritative server');
        expect(ran.out).toContain('127.0.0.1:9: no answer');
        await run('unlock', 'unused-one.test', '--yes', '--authoritative', `127.0.0.1:${server.dnsPort}`);
      });

      test('of many domains, those that the server holds are locked, whether or not it can list them', async () => {
        const authoritative = ['--authoritative', `127.0.0.1:${server.dnsPort}`];
        const elsewhere = Array.from({ length: 10 }, (_, i) => `d${i}.example`);
        writeFileSync(join(folder, 'list'), ['unused-one.test', ...elsewhere].join('\n'));
        const { out } = await run('lockdown', '--file', join(folder, 'list'), '--yes', '--json', ...authoritative);
        const { summary } = JSON.parse(out.trim().split('\n').at(-1) ?? '');
        expect(summary).toMatchObject({ locked: 1, elsewhere: 10, unverified: [] });
        await run('unlock', 'unused-one.test', '--yes', ...authoritative);
      });

      test('a server whose name has no address is named, and how to ask it by one', async () => {
        const ran = await run('lockdown', 'unused-one.test', '--yes', '--mx', 'null');
        expect(ran.exitCode).toBe(4);
        expect(ran.out).toContain(
          'ns1.fake.test: no answer (unreachable: the name server has no address)\n    --authoritative ADDRESS',
        );
        await run('unlock', 'unused-one.test', '--yes', '--authoritative', `127.0.0.1:${server.dnsPort}`);
      });
    });
  },
);

describe.skipIf(!hasServer('bind') || !hasServer('knot'))(
  'promise 8: every name server is asked',
  { timeout: 30_000 },
  () => {
    let primary: RunningServer;
    let laggard: RunningServer;
    let folder: string;

    beforeAll(async () => {
      [primary, laggard] = [await startServer('bind'), await startServer('knot')];
      folder = mkdtempSync(join(tmpdir(), 'unsent-laggard-'));
      const key = '{name: unsent-key, secret: {env: SECRET}}';
      const provider = `{name: rfc2136, server: "127.0.0.1:${primary.dnsPort}", key: ${key}}`;
      writeFileSync(join(folder, 'unsent.yaml'), `provider: ${provider}\n`);
    }, 40_000);
    afterAll(() => {
      primary.stop();
      laggard.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test('one that lags behind is named with what it says, how long that may last, and the exit code is 4', async () => {
      const surroundings = {
        ...fakeSurroundings({ cwd: folder, env: { HOME: folder, SECRET } }),
        now: () => new Date(),
      };
      const both = [primary, laggard].flatMap(({ dnsPort }) => ['--authoritative', `127.0.0.1:${dnsPort}`]);
      const before = ['--state', `${folder}/state.db`, '--config', `${folder}/unsent.yaml`, '--dns', '127.0.0.1:9'];
      const args = [...before, 'lockdown', 'unused-one.test', '--yes', ...both];
      expect(await runCli(args, surroundings, '1.2.3')).toBe(4);
      const out = surroundings.stdout.text();
      expect(out).toContain('✗ 1 of 2 authoritative servers answers as planned');
      expect(out).toContain(
        `127.0.0.1:${laggard.dnsPort}: MX unused-one.test is 10 mx1.mailhost.test; should be 0 loopback`,
      );
      expect(out).not.toContain(`127.0.0.1:${primary.dnsPort}: MX`);
      expect(out).toContain('within 10800 s (SOA refresh): --wait waits for them');
    });
  },
);
