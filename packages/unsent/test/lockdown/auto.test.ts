import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { standInZone } from '../../../../test/support/cloudflare-stand-in/zones.ts';
import { hasShared, needs } from '../../../../test/support/require.ts';
import { bounceTo, mboxOf } from '../support/mail.ts';
import { type CloudflareCli, cloudflareCli } from './support/cloudflare-cli.ts';

const NAMES = ['a.example', 'b.example', 'c.example', 'd.example'];

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'promise 11: lockdown by evidence',
  { timeout: 60_000 },
  () => {
    let cli: CloudflareCli;
    let number = 0;

    beforeEach(async () => {
      number = 0;
      cli = await cloudflareCli(NAMES.map((name) => standInZone(name, [])));
    });
    afterEach(() => cli.close());

    /** A scan of new bounces, one to each of these domains, on a given day. */
    async function scan(yaml: string, domains: readonly string[], options: readonly string[] = []) {
      cli.config(`provider: {name: cloudflare}\n${yaml}`);
      const mails = domains.map((domain) => bounceTo(`sales@${domain}`, '203.0.113.9', ++number));
      const mailbox = join(cli.folder, `mailbox-${number}`);
      writeFileSync(mailbox, mboxOf(mails));
      const ran = await cli.run('scan', '--jobs', '1', ...options, mailbox);
      return { ...ran, text: ran.out.replaceAll(/\s+/g, ' ') };
    }

    /** What such a scan said of its lockdowns. */
    async function attacked(yaml: string, domains: readonly string[]): Promise<readonly string[] | null> {
      const { out, err } = await scan(yaml, domains, ['--json']);
      expect(err).toBe('');
      const lines = out.split('\n').filter((line) => line.includes('"lockdowns"'));
      const [line] = lines;
      if (line === undefined) return null;
      const { lockdowns } = JSON.parse(line);
      return lockdowns.map(({ domain, outcome }: Record<string, string>) => `${domain} ${outcome}`).sort();
    }

    const AUTO = 'lockdown: {auto: {enabled: true, threshold: 1, perDay: 2}}\n';
    const UNUSED = 'domains: {unused: [a.example, b.example, c.example], receiving: [d.example]}\n';

    test('locks domains that are declared unused, without being asked, and says so', async () => {
      const { exitCode, out } = await scan(AUTO + UNUSED, ['a.example', 'a.example']);
      expect(exitCode).toBe(0);
      expect(out).toContain('Lockdown by evidence\n  a.example was locked down, journal 2026-11-23-01 (2 bounces');
      expect(out).toContain('    unsent unlock a.example\n');
      // What to do was found after that.
      expect(out).toContain('a.example is locked since 2026-11-23');
      expect(out).not.toContain('    unsent lockdown a.example\n');
      expect(cli.zone('a.example').records.map(({ type, content }) => `${type} ${content}`)).toContain(
        'TXT "v=spf1 -all"',
      );
      await cli.run('unlock', 'a.example', '--yes');
      expect(cli.zone('a.example').records).toEqual([]);
    });

    test('true is the mapping with its defaults: ten bounces in seven days', async () => {
      const yaml = `lockdown: {auto: true}\n${UNUSED}`;
      expect(await attacked(yaml, Array(9).fill('a.example'))).toEqual(['a.example below-threshold']);
      expect(cli.standIn.calls).toEqual([]);
      // The mails are of the 23rd.
      cli.clock('2026-12-02T12:00:00Z');
      expect(await attacked(yaml, ['a.example'])).toEqual([]);
      cli.clock('2026-11-29T12:00:00Z');
      expect(await attacked(yaml, ['a.example'])).toEqual(['a.example locked']);
    });

    test.each([
      ['', null],
      ['lockdown: {auto: false}\n', null],
      ['lockdown: {auto: {perDay: 2}}\n', null],
    ])('does nothing unless it is enabled: %j', async (yaml, expected) => {
      expect(await attacked(yaml + UNUSED, ['a.example'])).toBe(expected);
      expect(cli.standIn.calls).toEqual([]);
      const { out } = await scan(yaml + UNUSED, ['a.example']);
      expect(out).toContain('    unsent lockdown a.example\n');
    });

    test('never a domain that receives or is not declared', async () => {
      expect(await attacked(AUTO + UNUSED, ['d.example', 'other.example'])).toEqual([]);
      expect(cli.standIn.calls).toEqual([]);
    });

    test('nothing without a memory: --forget', async () => {
      await scan(AUTO + UNUSED, ['a.example'], ['--forget']);
      expect(cli.standIn.calls).toEqual([]);
    });

    test('nothing for what was known before', async () => {
      await scan(UNUSED, ['a.example']);
      const { out } = await cli.run('scan', '--json', join(cli.folder, 'mailbox-1'));
      expect(out).toBe('');
      cli.config(`provider: {name: cloudflare}\n${AUTO}${UNUSED}`);
      expect((await cli.run('scan', '--json', join(cli.folder, 'mailbox-1'))).out).toBe('{"lockdowns":[]}\n');
    });

    test('at most so many a day, over several scans, and again on the next day', async () => {
      expect(await attacked(AUTO + UNUSED, ['a.example'])).toEqual(['a.example locked']);
      expect(await attacked(AUTO + UNUSED, ['b.example', 'c.example', 'b.example'])).toEqual([
        'b.example locked',
        'c.example day-limit',
      ]);
      expect(await attacked(AUTO + UNUSED, ['c.example'])).toEqual(['c.example day-limit']);
      const { text } = await scan(AUTO + UNUSED, ['c.example']);
      expect(text).toContain('At most 2 domains a day (lockdown.auto.perDay).');
      cli.clock('2026-11-24T12:00:00Z');
      expect(await attacked(AUTO + UNUSED, ['c.example'])).toEqual(['c.example locked']);
    });

    test('never overrides a refusal', async () => {
      cli.zone('a.example').status = 'moved';
      const { exitCode, text } = await scan(AUTO + UNUSED, ['a.example']);
      expect(exitCode).toBe(0);
      expect(text).toContain(
        'a.example was not locked down (1 bounce of forged mail in seven days). Refused: zone-not-active: ',
      );
      expect(cli.zone('a.example').records).toEqual([]);
    });

    test('genuine mail of a domain that is declared unused blocks it, loudly', async () => {
      const log = join(cli.folder, 'sent.jsonl');
      writeFileSync(
        log,
        '{"messageId":"<spam.1@bot.example.org>","from":"sales@a.example","date":"2026-11-23T08:58:00Z"}\n',
      );
      cli.config(`provider: {name: cloudflare}\n${UNUSED}`);
      expect((await cli.run('sentlog', 'import', log)).exitCode).toBe(0);
      const { out, text } = await scan(AUTO + UNUSED, ['a.example', 'a.example']);
      expect(text).toContain('a.example is unused, but 1 returned message really came from it.');
      expect(text).toContain('genuine-mail-seen');
      expect(out).not.toContain('    unsent lockdown a.example\n');
      expect(cli.zone('a.example').records).toEqual([]);
    });

    test('a failure is told and costs the scan nothing; exit code 1', async () => {
      cli.standIn.faults = () => '500';
      const { exitCode, out } = await scan(AUTO + UNUSED, ['a.example', 'b.example']);
      expect(exitCode).toBe(1);
      expect(out).toContain('2 new messages');
      expect(out).toContain('a.example could not be locked down');
      expect(out).toContain('b.example could not be locked down');
      cli.standIn.faults = () => null;
      expect(await attacked(AUTO + UNUSED, ['a.example'])).toEqual(['a.example locked']);
    });

    test('a provider that is not named is a failure of all', async () => {
      cli.config(AUTO + UNUSED);
      writeFileSync(join(cli.folder, 'mailbox'), mboxOf([bounceTo('x@a.example', '203.0.113.9', 1)]));
      const { exitCode, out } = await cli.run('scan', '--quiet', join(cli.folder, 'mailbox'));
      expect(exitCode).toBe(1);
      expect(out.replaceAll(/\s+/g, ' ')).toContain('It is not known where your zones are kept.');
    });

    test('a domain that is locked already costs no call', async () => {
      await attacked(AUTO + UNUSED, ['a.example']);
      cli.standIn.calls.length = 0;
      expect(await attacked(AUTO + UNUSED, ['a.example'])).toEqual([]);
      expect(cli.standIn.calls).toEqual([]);
    });
  },
);
