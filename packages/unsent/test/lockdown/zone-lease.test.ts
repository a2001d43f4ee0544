import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { standInZone } from '../../../../test/support/cloudflare-stand-in/zones.ts';
import { name } from '../../../../test/support/names.ts';
import { hasShared, needs } from '../../../../test/support/require.ts';
import { type CloudflareCli, cloudflareCli } from './support/cloudflare-cli.ts';

const ZONE = name('parked.example');
const OTHER = { id: 'other', who: 'anna on ns.example (process 7)' };

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'a zone that somebody else works on',
  { timeout: 30_000 },
  () => {
    let cli: CloudflareCli;

    beforeEach(async () => {
      cli = await cloudflareCli([standInZone(ZONE, [['MX', ZONE, 'mx.old.example', { priority: 10 }]])]);
      cli.config('provider: {name: cloudflare}\n');
      await cli.inStore(({ zoneLeases }) => zoneLeases.take(ZONE, OTHER, 60_000));
    });
    afterEach(() => cli.close());

    test('is left to them, who are named, and taken when they have finished', async () => {
      const before = cli.zone(ZONE).records;
      const refused = await cli.run('lockdown', ZONE, '--yes');
      expect(refused.exitCode).toBe(6);
      expect(refused.err).toContain(OTHER.who);
      expect(cli.zone(ZONE).records).toEqual(before);
      await cli.inStore(({ zoneLeases }) => zoneLeases.release(ZONE, OTHER));
      await cli.run('lockdown', ZONE, '--yes');
      expect(cli.zone(ZONE).records).not.toEqual(before);
      expect(await cli.inStore(({ zoneLeases }) => zoneLeases.take(ZONE, OTHER, 60_000))).toBeNull();
    });

    test('is looked at all the same', async () => {
      expect((await cli.run('lockdown', ZONE, '--dry-run')).exitCode).toBe(0);
    });

    test('is told as failed among many', async () => {
      const { out } = await cli.run('lockdown', ZONE, 'elsewhere.example', '--yes', '--json');
      const line = out.split('\n').find((one) => one.includes(`"${ZONE}"`));
      expect(JSON.parse(line ?? '{}')).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('anna') });
    });
  },
);
