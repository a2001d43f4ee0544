import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { standInZone } from '../../../../test/support/cloudflare-stand-in/zones.ts';
import { hasShared, needs } from '../../../../test/support/require.ts';
import { type CloudflareCli, cloudflareCli } from './support/cloudflare-cli.ts';

const DNS = `
shop.example. 300 IN NS amy.ns.example.net.
shop.example. 300 IN MX 10 mail.shop.example.
shop.example. 300 IN TXT "v=spf1 ip4:192.0.2.0/24 a:old.shop.example ~all"
mail.shop.example. 300 IN A 192.0.2.25
old.shop.example. 300 IN A 198.51.100.25
_spf.esp.example. 300 IN TXT "v=spf1 ip4:203.0.113.0/24 -all"
`;

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'unsent spf publish',
  { timeout: 30_000 },
  () => {
    let cli: CloudflareCli;

    beforeEach(async () => {
      cli = await cloudflareCli([
        standInZone('shop.example', [
          ['A', 'shop.example', '192.0.2.80', { proxied: true, ttl: 1 }],
          ['MX', 'shop.example', 'mail.shop.example', { priority: 10 }],
          ['A', 'mail.shop.example', '192.0.2.25'],
          ['A', 'old.shop.example', '198.51.100.25'],
          ['TXT', 'shop.example', '"v=spf1 ip4:192.0.2.0/24 a:old.shop.example ~all"'],
          ['TXT', 'shop.example', '"verification=x"'],
        ]),
      ]);
      cli.config('provider: {name: cloudflare}\n');
      cli.dns(DNS);
    });
    afterEach(async () => {
      expect(cli.standIn.validator.lint).toEqual([]);
      await cli.close();
    });

    const contents = (): string[] =>
      cli
        .zone('shop.example')
        .records.map(({ type, name, content }) => `${type} ${name} ${content}`)
        .sort();
    const publish = (...args: string[]) => cli.run('spf', 'publish', 'shop.example', ...args);
    const GOOD = ['--ip', '192.0.2.0/24', '--a', '--include', '_spf.esp.example', '--ip', '198.51.100.25'];

    test('puts one record in place, touches nothing else, and is undone by unlock', async () => {
      const before = contents();
      const { exitCode, out } = await publish(...GOOD, '--yes');
      expect(exitCode).toBe(4); // nobody answers for the name servers of this test
      expect(out).toContain('→ pass');
      const changed = contents();
      expect(changed.filter((line) => !before.includes(line))).toEqual([
        'TXT shop.example "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.25 a include:_spf.esp.example ~all"',
      ]);
      expect(before.filter((line) => !changed.includes(line))).toHaveLength(1);
      await cli.run('unlock', 'shop.example', '--yes');
      expect(contents()).toEqual(before);
    });

    test('a first record ends in ~all, with --strict in -all', async () => {
      expect((await publish(...GOOD, '--dry-run')).out).toContain('~all"');
      expect((await publish(...GOOD, '--strict', '--dry-run')).out).toContain('-all"');
    });

    test('refuses a record under which a host that passes today would not', async () => {
      const { exitCode, out } = await publish('--ip', '192.0.2.0/24', '--yes');
      expect(exitCode).toBe(3);
      expect(out).toContain('198.51.100.25 (passes today) would not pass');
      expect(contents().join()).toContain('a:old.shop.example');
      const overridden = await publish('--ip', '192.0.2.0/24', '--yes', '--override', 'host-carries-mail');
      expect(overridden.exitCode).toBe(4);
    });

    test('refuses one that leaves half of a network out', async () => {
      const { exitCode, out } = await publish('--ip', '192.0.2.0/25', '--ip', '198.51.100.25', '--dry-run');
      expect(exitCode).toBe(3);
      expect(out).toContain('192.0.2.255 (passes today)');
    });

    test('refuses one without a host that the configuration names as outbound', async () => {
      cli.config('provider: {name: cloudflare}\ndomains: {sending: {shop.example: {outbound: [203.0.113.9]}}}\n');
      const { exitCode, out } = await publish('--ip', '192.0.2.0/24', '--ip', '198.51.100.25', '--dry-run');
      expect(exitCode).toBe(3);
      expect(out).toContain('203.0.113.9 (outbound host of the configuration)');
      expect((await publish(...GOOD, '--dry-run')).exitCode).toBe(0);
    });

    test('refuses one without a host that stands in the sent log', async () => {
      cli.config('provider: {name: cloudflare}\ndomains: {sending: {shop.example: {}}}\n');
      cli.dns(`${DNS}out.shop.example. 300 IN A 203.0.113.77\n`);
      const log = join(cli.folder, 'sent.jsonl');
      const line = { messageId: '<1@shop.example>', from: 'a@shop.example', date: '2026-11-20T10:00:00Z' };
      writeFileSync(log, `${JSON.stringify({ ...line, host: 'out.shop.example' })}\n`);
      expect((await cli.run('sentlog', 'import', log)).exitCode).toBe(0);
      const { exitCode, out } = await publish('--ip', '192.0.2.0/24', '--ip', '198.51.100.25', '--dry-run');
      expect(exitCode).toBe(3);
      expect(out).toContain('203.0.113.77 (stands in the sent log) would not pass');
      expect((await publish(...GOOD, '--dry-run')).exitCode).toBe(0);
    });

    test('--json is one line that says how it ended', async () => {
      const outcomeOf = async (...args: string[]) => JSON.parse((await publish(...args, '--json')).out).outcome;
      expect(await outcomeOf('--ip', '192.0.2.0/24', '--dry-run')).toBe('refused');
      expect(await outcomeOf(...GOOD, '--dry-run')).toBe('planned');
      expect(await outcomeOf(...GOOD)).toBe('declined');
      const done = JSON.parse((await publish(...GOOD, '--json', '--yes')).out);
      expect(done).toMatchObject({ outcome: 'applied', journal: '2026-11-23-01' });
      expect(await outcomeOf(...GOOD, '--yes')).toBe('nothing-to-do');
    });

    test.each([
      ['a broken record', ['--record', 'v=spf1 ip4:192.0.2.300 -all']],
      [
        'more than ten lookups',
        ['--record', `v=spf1 ${Array.from({ length: 11 }, (_, i) => `a:h${i}.shop.example`).join(' ')} -all`],
      ],
    ])('refuses %s, and nothing overrides that', async (_, args) => {
      const { exitCode, err } = await publish(...args, '--yes', '--override', 'host-carries-mail');
      expect(exitCode).toBe(3);
      expect(err).toContain('This record would not work');
      expect(cli.standIn.calls).toEqual([]);
    });

    test('a dry run writes nothing, and nobody allowed is bad usage', async () => {
      await publish(...GOOD, '--dry-run');
      expect(cli.standIn.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
      expect(existsSync(dirname(cli.state))).toBe(false);
      expect((await publish()).exitCode).toBe(2);
    });
  },
);
