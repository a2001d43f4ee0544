import { type DomainName, parseDomainName } from '@unsent/dns';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { standInZone } from '../../../../test/support/cloudflare-stand-in/zones.ts';
import { hasShared, needs } from '../../../../test/support/require.ts';
import { lockByEvidence } from '../../src/lockdown/auto.ts';
import { openShell } from '../../src/shell.ts';
import { fakeSurroundings } from '../support/surroundings.ts';
import { type CloudflareCli, cloudflareCli } from './support/cloudflare-cli.ts';

const NAMES = ['a.example', 'b.example', 'c.example', 'd.example'];

function names(...texts: string[]): DomainName[] {
  return texts.map(parseDomainName).filter((name) => name !== null);
}

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'promise 11: lockdown by evidence',
  { timeout: 30_000 },
  () => {
    let cli: CloudflareCli;

    beforeEach(async () => {
      cli = await cloudflareCli(NAMES.map((name) => standInZone(name, [])));
    });
    afterEach(() => cli.close());

    /** What a scan would do after it found these domains under attack, on a given day. */
    async function attacked(yaml: string, domains: readonly DomainName[], day = '2026-11-23') {
      cli.config(`provider: {name: cloudflare}\n${yaml}`);
      const env = { CLOUDFLARE_API_TOKEN: cli.standIn.token, CLOUDFLARE_BASE_URL: cli.standIn.url };
      const surroundings = { ...fakeSurroundings({ cwd: cli.folder, env }), now: () => new Date(`${day}T12:00:00Z`) };
      const options = { config: `${cli.folder}/unsent.yaml`, state: cli.state, dns: `zone:${cli.folder}/dns` };
      const quiet = { json: false, quiet: false, verbose: false, color: false };
      const { shell, close } = openShell({ ...options, ...quiet }, surroundings);
      const results = await lockByEvidence(shell, domains);
      await close();
      return results.map(({ domain, outcome }) => `${domain} ${outcome}`);
    }

    const AUTO = 'lockdown: {auto: {enabled: true, perDay: 2}}\n';
    const UNUSED = 'domains: {unused: [a.example, b.example, c.example]}\n';

    test('locks domains that are declared unused, without being asked', async () => {
      expect(await attacked(AUTO + UNUSED, names('a.example'))).toEqual(['a.example locked']);
    });

    test('does nothing unless it is enabled', async () => {
      expect(await attacked(UNUSED, names('a.example'))).toEqual([]);
      expect(cli.standIn.calls).toEqual([]);
    });

    test('never a domain that is not declared, nor one below a declared one', async () => {
      expect(await attacked(AUTO + UNUSED, names('d.example', 'x.a.example'))).toEqual([]);
      expect(cli.standIn.calls).toEqual([]);
    });

    test('at most so many a day, over several scans, and again on the next day', async () => {
      expect(await attacked(AUTO + UNUSED, names('a.example'))).toEqual(['a.example locked']);
      expect(await attacked(AUTO + UNUSED, names('b.example', 'c.example'))).toEqual(['b.example locked']);
      expect(await attacked(AUTO + UNUSED, names('c.example'))).toEqual([]);
      expect(await attacked(AUTO + UNUSED, names('c.example'), '2026-11-24')).toEqual(['c.example locked']);
    });

    test('never overrides a refusal', async () => {
      cli.zone('a.example').status = 'moved';
      expect(await attacked(AUTO + UNUSED, names('a.example'))).toEqual(['a.example refused']);
      expect(cli.zone('a.example').records).toEqual([]);
    });

    test('a domain that is locked already costs no call', async () => {
      await attacked(AUTO + UNUSED, names('a.example'));
      cli.standIn.calls.length = 0;
      expect(await attacked(AUTO + UNUSED, names('a.example'))).toEqual([]);
      expect(cli.standIn.calls).toEqual([]);
    });
  },
);
