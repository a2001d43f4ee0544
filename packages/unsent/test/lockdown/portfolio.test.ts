import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { standInZone } from '../../../../test/support/cloudflare-stand-in/zones.ts';
import { hasShared, needs } from '../../../../test/support/require.ts';
import { type CloudflareCli, cloudflareCli } from './support/cloudflare-cli.ts';

const COUNT = 24;
const NAMES = Array.from({ length: COUNT }, (_, i) => `d${i}.example`);
const oldZone = (name: string) => standInZone(name, [['MX', name, 'mx.old.example', { priority: 10 }]]);

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'promise 10: a portfolio',
  { timeout: 30_000 },
  () => {
    let cli: CloudflareCli;
    let list: string;

    beforeEach(async () => {
      cli = await cloudflareCli(NAMES.map(oldZone));
      list = join(cli.folder, 'domains.txt');
      writeFileSync(list, `# all of them\n${NAMES.join('\n')}\n\n`);
      cli.config('provider: {name: cloudflare}\n');
    });
    afterEach(() => cli.close());

    const isLocked = (name: string): boolean =>
      cli.zone(name).records.some(({ type, content }) => type === 'MX' && content === `loopback.${name}`);
    const lockedCount = (): number => NAMES.filter(isLocked).length;
    const outcomes = (out: string): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const line of out.trim().split('\n')) {
        const { outcome } = JSON.parse(line);
        if (outcome !== undefined) counts[outcome] = (counts[outcome] ?? 0) + 1;
      }
      return counts;
    };

    test('takes one listing and two calls for each domain', async () => {
      const { out } = await cli.run('lockdown', '--file', list, '--yes', '--json');
      expect(outcomes(out)).toEqual({ locked: COUNT });
      expect(lockedCount()).toBe(COUNT);
      expect(cli.standIn.calls).toHaveLength(1 + 2 * COUNT);
    });

    test('is shown by --dry-run, domain by domain, and nothing is written', async () => {
      const { exitCode, out } = await cli.run('lockdown', '--file', list, '--dry-run');
      expect(exitCode).toBe(0);
      expect(out).toContain('d7.example to be locked: 7 changes');
      expect(lockedCount()).toBe(0);
      expect(existsSync(dirname(cli.state))).toBe(false);
    });

    test('is rehearsed domain by domain, with --yes or without, and nothing is written', async () => {
      for (const agreed of [['--yes'], []]) {
        const { exitCode, out } = await cli.run('lockdown', '--file', list, '--rehearse', '--json', ...agreed);
        expect(outcomes(out)).toEqual({ rehearsed: COUNT });
        expect(exitCode).toBe(0);
      }
      expect(cli.standIn.calls.filter((call) => !call.startsWith('GET '))).toEqual([]);
      expect(lockedCount()).toBe(0);
      expect(existsSync(cli.state)).toBe(false);
    });

    test('is rehearsed also where the list has a single domain', async () => {
      writeFileSync(list, `${NAMES[0]}\n`);
      const { out } = await cli.run('lockdown', '--file', list, '--rehearse', '--yes');
      expect(out).toContain('restored: identical');
      expect(lockedCount()).toBe(0);
    });

    test('is exported whole, and the first refusal tells the exit code', async () => {
      cli.config('provider: {name: cloudflare}\ndomains: {sending: {d3.example: {}}}\n');
      const { exitCode, out, err } = await cli.run('lockdown', '--file', list, '--export', 'bind');
      const exported = NAMES.filter((name) => out.includes(`${name}. 3600 IN TXT "v=spf1 -all"`));
      expect(exported).toEqual(NAMES.filter((name) => name !== 'd3.example'));
      expect(err).toMatch(/^d3\.example\n.*Refused/ms);
      expect(exitCode).toBe(3);
      expect(lockedCount()).toBe(0);
    });

    test('is refused without --yes', async () => {
      expect(await cli.type('y\n', 'lockdown', '--file', list)).toMatchObject({ exitCode: 2 });
      expect(cli.standIn.calls).toEqual([]);
    });

    test('skips by DNS what is locked already, without a single call', async () => {
      cli.dns(
        NAMES.flatMap((name) => [
          `${name}. 300 IN MX 0 loopback.${name}.`,
          `loopback.${name}. 300 IN A 127.0.0.1`,
          `${name}. 300 IN TXT "v=spf1 -all"`,
          `*.${name}. 300 IN TXT "v=spf1 -all"`,
          `_dmarc.${name}. 300 IN TXT "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s"`,
          `*._domainkey.${name}. 300 IN TXT "v=DKIM1; p="`,
        ]).join('\n'),
      );
      const { exitCode, out } = await cli.run('lockdown', '--file', list, '--yes', '--json');
      expect(outcomes(out)).toEqual({ skipped: COUNT });
      expect(exitCode).toBe(0);
      expect(cli.standIn.calls).toEqual([]);
    });

    test('stops after failures in a row, and --resume goes on where it stopped', async () => {
      cli.standIn.faults = (call) => (call > 20 ? '502' : null);
      const stopped = await cli.run('lockdown', '--file', list, '--yes', '--max-failures', '3', '--concurrency', '1');
      expect(stopped.exitCode).toBe(1);
      expect(stopped.out).toContain('Stopped after too many failures in a row');
      const before = lockedCount();
      expect(before).toBeGreaterThan(5);
      expect(before).toBeLessThan(COUNT);
      cli.standIn.faults = () => null;
      cli.standIn.calls.length = 0;
      const resumed = await cli.run('lockdown', '--file', list, '--yes', '--resume', '--json');
      expect(outcomes(resumed.out)).toEqual({ locked: COUNT - before });
      expect(lockedCount()).toBe(COUNT);
      expect(cli.standIn.calls).toHaveLength(1 + 2 * (COUNT - before));
    });

    test.each([
      ['the listing', /^GET \/zones$/],
      ['a zone', /^GET .*dns_records$/],
      ['a write', /^POST .*batch$/],
    ])('a limit of calls that is used up at %s is no failure: the domain has another turn', async (_, limited) => {
      let left = 3;
      cli.standIn.faults = (call) => (limited.test(cli.standIn.calls[call] ?? '') && left-- > 0 ? '429-soon' : null);
      const { out } = await cli.run('lockdown', '--file', list, '--yes', '--json', '--max-failures', '1');
      expect(outcomes(out)).toEqual({ locked: COUNT });
      expect(lockedCount()).toBe(COUNT);
    });

    test('a write that meets the limit at every turn has failed, and the journal knows each try', async () => {
      writeFileSync(list, 'd0.example\n');
      cli.standIn.faults = (call) => (/batch$/.test(cli.standIn.calls[call] ?? '') ? '429-soon' : null);
      const { out } = await cli.run('lockdown', '--file', list, '--yes', '--json');
      expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({
        outcome: 'failed',
        entry: expect.any(String),
        reason: expect.stringContaining('limit of calls is used up'),
      });
      const journal = (await cli.run('journal', '--json')).out.trim().split('\n');
      expect(journal.map((line) => JSON.parse(line).state)).toEqual(Array(6).fill('failed'));
    });

    test('an interrupt lets the domains under way end, tells how many are left, and --resume goes on', async () => {
      cli.standIn.faults = (call) => {
        if (call === 12) cli.interrupt();
        return null;
      };
      const { exitCode, out } = await cli.run('lockdown', '--file', list, '--yes', '--concurrency', '2');
      expect(exitCode).toBe(1);
      const before = lockedCount();
      expect(before).toBeGreaterThan(3);
      expect(out).toContain(`Interrupted: ${COUNT - before} domains are left. Go on with --resume.`);
      cli.standIn.faults = () => null;
      await cli.run('lockdown', '--file', list, '--yes', '--resume');
      expect(lockedCount()).toBe(COUNT);
    });

    test('a log that a crash cut off in the middle of a line is read all the same', async () => {
      await cli.run('lockdown', '--file', list, '--yes');
      const folder = join(cli.folder, 'state', 'lockdown-runs');
      const [log = ''] = readdirSync(folder);
      const text = readFileSync(join(folder, log), 'utf8');
      const lines = text.trim().split('\n');
      writeFileSync(join(folder, log), `${lines.slice(0, 10).join('\n')}\n${lines[10]?.slice(0, 20)}`);
      const resumed = await cli.run('lockdown', '--file', list, '--yes', '--resume', '--json');
      expect(outcomes(resumed.out)).toEqual({ already: COUNT - 10 });
      const again = await cli.run('lockdown', '--file', list, '--yes', '--resume', '--json');
      expect(JSON.parse(again.out)).toMatchObject({ summary: { doneBefore: COUNT } });
    });

    test('a line of the log that is none is left out', async () => {
      await cli.run('lockdown', '--file', list, '--yes');
      const folder = join(cli.folder, 'state', 'lockdown-runs');
      const [log = ''] = readdirSync(folder);
      const [first = '', second = '', third = ''] = readFileSync(join(folder, log), 'utf8').split('\n');
      writeFileSync(join(folder, log), `${first}\n${second.slice(0, 20)}${third}\n`);
      const { out } = await cli.run('lockdown', '--file', list, '--yes', '--resume', '--json');
      expect(outcomes(out)).toEqual({ already: COUNT - 1 });
    });

    test('a domain that is not there or is refused does not stop the others', async () => {
      writeFileSync(list, 'd0.example\nnowhere.example\nd1.example\n');
      cli.zone('d1.example').status = 'moved';
      const { exitCode, out } = await cli.run('lockdown', '--file', list, '--yes', '--json');
      expect(outcomes(out)).toEqual({ locked: 1, elsewhere: 1, refused: 1 });
      expect(exitCode).toBe(1);
    });

    test('--all-unused takes the domains that the configuration calls unused', async () => {
      cli.config('provider: {name: cloudflare}\ndomains: {unused: [d3.example, d4.example]}\n');
      await cli.run('lockdown', '--all-unused', '--yes');
      expect(NAMES.filter(isLocked)).toEqual(['d3.example', 'd4.example']);
    });

    test('a line that is no domain is named', async () => {
      writeFileSync(list, 'd0.example\nnot a domain\n');
      const { exitCode, err } = await cli.run('lockdown', '--file', list, '--yes');
      expect(exitCode).toBe(2);
      expect(err).toContain('line 2: "not a domain" is no domain name');
    });
  },
);
