import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parkedZone, standInZone } from '../../../../test/support/cloudflare-stand-in/zones.ts';
import { name } from '../../../../test/support/names.ts';
import { hasShared, needs } from '../../../../test/support/require.ts';
import { type CloudflareCli, cloudflareCli } from './support/cloudflare-cli.ts';

type Call = (call: string) => boolean;

const isBatch: Call = (call) => call.startsWith('POST');

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'scanner and policy daemon know what is locked',
  { timeout: 30_000 },
  () => {
    let cli: CloudflareCli;

    beforeEach(async () => {
      cli = await cloudflareCli([parkedZone('parked.example'), standInZone('other.example', [])]);
      cli.config('provider: {name: cloudflare}\ndomains: {unused: [parked.example, other.example]}\n');
    });
    afterEach(() => cli.close());

    const lockedNames = (): Promise<string[]> =>
      cli.inStore(async ({ lockedDomains }) => (await lockedDomains.all()).map((locked) => locked.name));
    /** The batch is carried out, but its reply is lost, and the zone cannot be read again. */
    const loseTheReply = async (...args: string[]): Promise<void> => {
      let isStruck = false;
      cli.standIn.faults = () => {
        const isNow = isBatch(cli.standIn.calls.at(-1) ?? '');
        const fault = isNow ? 'done-reset' : isStruck ? 'reset' : null;
        isStruck ||= isNow;
        return fault;
      };
      expect((await cli.run(...args)).out).toContain('could not be read again');
      cli.standIn.faults = () => null;
    };

    test('when the reply to an unlock was lost, the next one finds nothing left and tells them', async () => {
      await cli.run('lockdown', 'parked.example', '--yes');
      await loseTheReply('unlock', 'parked.example', '--yes');
      expect(await lockedNames()).toEqual(['parked.example']);
      expect((await cli.run('unlock', 'parked.example', '--dry-run')).exitCode).toBe(0);
      expect(await lockedNames()).toEqual(['parked.example']);
      const { out, exitCode } = await cli.run('unlock', 'parked.example', '--yes');
      expect(exitCode).toBe(0);
      expect(out).toContain('not locked any more');
      expect(await lockedNames()).toEqual([]);
    });

    test('an unlock that was cut off before it told them is told by the next one', async () => {
      await cli.run('lockdown', 'parked.example', '--yes');
      await cli.run('unlock', 'parked.example', '--yes');
      await cli.inStore(({ lockedDomains }) =>
        lockedDomains.add([name('parked.example')], new Date('2026-11-23T12:00:00Z'), '2026-11-23-01'),
      );
      await cli.run('unlock', 'parked.example', '--yes');
      expect(await lockedNames()).toEqual([]);
    });

    test.each([
      ['lockdown', ['parked.example']],
      ['unlock', []],
    ])('%s tells them with the write, not after it has waited for the name servers', async (command, expected) => {
      if (command === 'unlock') await cli.run('lockdown', 'parked.example', '--yes');
      const running = cli.run(command, 'parked.example', '--yes', '--wait');
      await vi.waitFor(async () => expect(await lockedNames()).toEqual(expected), { timeout: 10_000, interval: 100 });
      cli.interrupt();
      expect((await running).out).toContain('authoritative servers');
    });

    test('a lockdown that was cut off is told by the next one over many, though DNS shows it as locked', async () => {
      await cli.run('lockdown', 'other.example', '--yes');
      await cli.inStore(({ lockedDomains }) => lockedDomains.remove([name('other.example')]));
      cli.serve();
      const again = ['lockdown', '--all-unused', '--yes', '--json'];
      expect((await cli.run(...again, '--dry-run')).out).toContain('"other.example","outcome":"skipped"');
      expect(await lockedNames()).toEqual([]);
      expect((await cli.run(...again)).out).toContain('"other.example","outcome":"skipped"');
      expect(await lockedNames()).toContain('other.example');
      const revision = await cli.inStore(({ lockedDomains }) => lockedDomains.revision());
      await cli.run(...again);
      expect(await cli.inStore(({ lockedDomains }) => lockedDomains.revision())).toBe(revision);
    });

    test.each([
      ['one', ['lockdown', 'sub.parked.example', '--yes', '--override', 'apex-of-subdomain']],
      ['many', ['lockdown', 'sub.parked.example', 'other.example', '--yes', '--override', 'apex-of-subdomain']],
    ])('what lies in the zone that was locked is locked and unlocked with it: %s', async (_, args) => {
      await cli.run(...args);
      expect(await lockedNames()).toEqual(expect.arrayContaining(['parked.example', 'sub.parked.example']));
      await cli.run('unlock', 'sub.parked.example', '--yes');
      expect((await lockedNames()).filter((locked) => locked !== 'other.example')).toEqual([]);
    });

    test('of two names in a zone, both are unlocked with it', async () => {
      await cli.run('lockdown', 'a.parked.example', '--yes', '--override', 'apex-of-subdomain');
      await cli.run('lockdown', 'b.parked.example', '--yes', '--override', 'apex-of-subdomain');
      expect(await lockedNames()).toEqual(['a.parked.example', 'b.parked.example', 'parked.example']);
      await cli.run('unlock', 'parked.example', '--yes');
      expect(await lockedNames()).toEqual([]);
    });
  },
);
