import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUnsent } from '../support/cli.ts';
import { type StandIn, startStandIn } from '../support/cloudflare-stand-in/server.ts';
import { parkedZone } from '../support/cloudflare-stand-in/zones.ts';
import { hasShared, needs } from '../support/require.ts';

type Ended = { readonly exitCode: number | null; readonly out: string; readonly err: string };

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'the real process against a Cloudflare stand-in',
  () => {
    let standIn: StandIn;
    let folder: string;

    beforeEach(async () => {
      standIn = await startStandIn([parkedZone('parked.example')]);
      folder = mkdtempSync(join(tmpdir(), 'unsent-lockdown-'));
      writeFileSync(join(folder, 'unsent.yaml'), 'provider: {name: cloudflare}\ndomains: {unused: [parked.example]}\n');
      writeFileSync(join(folder, 'dns'), 'parked.example. 300 IN NS amy.ns.example.net.\n');
    });
    afterEach(async () => {
      await standIn.close();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Runs the command; `killWhen` is asked after each call that reaches the stand-in, and ends the process hard. */
    async function run(args: readonly string[], killWhen: (call: string) => boolean = () => false): Promise<Ended> {
      const options = [
        '--dns',
        `zone:${folder}/dns`,
        '--state',
        `${folder}/state/u.db`,
        '--config',
        `${folder}/unsent.yaml`,
      ];
      const env = { CLOUDFLARE_API_TOKEN: standIn.token, CLOUDFLARE_BASE_URL: standIn.url };
      const child = startUnsent([...options, ...args], { env });
      const watch = setInterval(() => {
        if (killWhen(standIn.calls.at(-1) ?? '')) child.kill('SIGKILL');
      }, 5);
      let [out, err] = ['', ''];
      child.stdin?.end();
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        err += text;
      });
      const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
      clearInterval(watch);
      return { exitCode, out, err };
    }

    const content = (): string =>
      JSON.stringify(standIn.zones[0]?.records.map(({ name, type, content: text }) => [name, type, text]).sort());

    test.each([
      ['before the batch had any effect', 'hang'],
      ['after the batch was carried out', 'done-hang'],
      ['when half of it was', 'half'],
    ] as const)('killed with SIGKILL %s, lockdown goes on and unlock goes back', async (_, fault) => {
      const before = content();
      standIn.faults = () => (standIn.calls.at(-1)?.startsWith('POST') === true ? fault : null);
      const killed = await run(['lockdown', 'parked.example', '--yes'], (call) => call.startsWith('POST'));
      if (fault !== 'half') expect(killed.exitCode).toBe(null);
      standIn.faults = () => null;
      const again = await run(['lockdown', 'parked.example', '--yes']);
      expect([0, 4]).toContain(again.exitCode);
      expect(content()).toContain('loopback.parked.example');
      expect(content()).toContain('s1._domainkey.parked.example","TXT","\\"v=DKIM1; p=\\"');
      const undone = await run(['unlock', 'parked.example', '--yes']);
      expect([0, 4]).toContain(undone.exitCode);
      expect(content()).toBe(before);
    });

    test('what goes to a pipe has no colours and no questions', async () => {
      const { out, err, exitCode } = await run(['lockdown', 'parked.example']);
      expect(exitCode).toBe(3);
      expect(out).not.toContain('\x1b');
      expect(out).not.toContain('[y/N]');
      expect(err).toBe('');
    });
  },
);
