import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parkedZone, standInZone } from '../../../../test/support/cloudflare-stand-in/zones.ts';
import { hasShared, needs } from '../../../../test/support/require.ts';
import { patternOf, shownRuns, wordsOf } from '../../../../test/support/shown.ts';
import { type CloudflareCli, cloudflareCli } from '../lockdown/support/cloudflare-cli.ts';

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'audit beside the journal',
  { timeout: 30_000 },
  () => {
    let cli: CloudflareCli;

    beforeEach(async () => {
      cli = await cloudflareCli([parkedZone('parked.example'), standInZone('other.example', [])]);
      cli.config('provider: {name: cloudflare}\ndomains: {unused: [parked.example]}\n');
    });
    afterEach(() => cli.close());

    /** Runs a command that writes, while the zone is seen to be delegated; afterwards DNS shows what was written. */
    async function write(...args: string[]): Promise<void> {
      cli.dns('parked.example. NS amy.ns.example.net.\nother.example. NS amy.ns.example.net.\n');
      await cli.run(...args, '--yes');
      cli.serve();
    }

    async function lockAndWait(): Promise<void> {
      await write('lockdown', 'parked.example');
      cli.clock('2026-11-25T12:00:00Z');
    }

    /** What the owner does by hand at the provider's website. */
    function change(type: string, name: string, content: string | null): void {
      const zone = cli.zone('parked.example');
      const at = zone.records.findIndex((one) => one.type === type && one.name === name);
      const [record] = zone.records.splice(at, 1);
      if (record === undefined) throw new RangeError(`no ${type} ${name}`);
      if (content !== null) zone.records.push({ ...record, content });
      cli.serve();
    }

    async function audited(...args: string[]) {
      const { exitCode, out } = await cli.run('audit', ...args, '--json');
      const [first] = JSON.parse(out).domains;
      const codes: string[] = first.findings.map(({ code }: { code: string }) => code);
      return { exitCode, status: first.status, codes, journal: first.journal };
    }

    test('a domain as it was locked has not drifted', async () => {
      await lockAndWait();
      const { exitCode, status, journal } = await audited('parked.example');
      expect({ exitCode, status }).toEqual({ exitCode: 0, status: 'locked' });
      expect(journal).toMatchObject({ kind: 'locked', entry: '2026-11-23-01', drift: { sets: [], unanswered: [] } });
    });

    test('what somebody changed since is named, with since when it was locked and the way on; exit code 5', async () => {
      await lockAndWait();
      change('MX', 'parked.example', 'mail.example.net');
      change('TXT', '_dmarc.parked.example', null);
      const { exitCode, out } = await cli.run('audit', 'parked.example');
      expect(exitCode).toBe(5);
      const text = out.replaceAll(/\s+/g, ' ');
      expect(text).toContain(
        'parked.example is drifted: it was locked, and DNS shows it otherwise now, declared unused',
      );
      expect(text).toContain('Locked by unsent since 2026-11-23 (journal 2026-11-23-01).');
      expect(text).toContain('MX parked.example is 0 mail.example.net, was 0 loopback.parked.example.');
      expect(text).toContain('TXT _dmarc.parked.example is gone, was "v=DMARC1; p=reject;');
      expect(text).toContain('unsent unlock parked.example');
      expect(out).toContain('Next: unsent lockdown parked.example --dry-run\n');
    });

    test('docs/audit.md shows what is printed', async () => {
      await lockAndWait();
      change('MX', 'parked.example', 'mx.reports.example');
      const page = readFileSync(new URL('../../../../docs/audit.md', import.meta.url), 'utf8');
      for (const { command, output } of shownRuns(page, 'drift')) {
        const { out } = await cli.run(...wordsOf(command).slice(1));
        expect(out.trimEnd()).toMatch(patternOf(output));
      }
      expect.assertions(1);
    });

    test('--json has every difference', async () => {
      await lockAndWait();
      change('MX', 'parked.example', 'mail.example.net');
      const { status, codes, journal } = await audited('parked.example');
      expect({ status, first: codes[0] }).toEqual({ status: 'drifted', first: 'drifted' });
      expect(journal.drift.sets).toEqual([
        {
          name: 'parked.example',
          type: 'MX',
          expected: ['0 loopback.parked.example'],
          found: ['0 mail.example.net'],
          mayBeCached: false,
        },
      ]);
    });

    test('locked again, or unlocked, there is nothing that could have drifted', async () => {
      await lockAndWait();
      change('MX', 'parked.example', 'mail.example.net');
      await write('lockdown', 'parked.example');
      cli.clock('2026-11-27T12:00:00Z');
      expect(await audited('parked.example')).toMatchObject({ status: 'locked', exitCode: 0 });
      await write('unlock', 'parked.example', '--override', 'drifted');
      expect((await audited('parked.example')).journal).toBe(null);
    });

    test('while resolvers may remember the time before, it is advice', async () => {
      await write('lockdown', 'parked.example');
      change('TXT', 'parked.example', '"v=spf1 include:_spf." "old-host.example ~all"');
      const { codes, status } = await audited('parked.example');
      expect(codes).toContain('not-seen-yet');
      expect(codes).not.toContain('drifted');
      expect(status).not.toBe('drifted');
    });

    test('what was never there is no memory of a resolver', async () => {
      await write('lockdown', 'parked.example');
      change('MX', 'parked.example', 'mail.example.net');
      const { codes, status } = await audited('parked.example');
      expect({ status, first: codes[0] }).toEqual({ status: 'drifted', first: 'drifted' });
    });

    test('a write whose end nobody saw is named', async () => {
      cli.standIn.faults = (index) => (index >= 3 ? 'reset' : null);
      await write('lockdown', 'parked.example');
      cli.standIn.faults = () => null;
      const { codes, exitCode } = await audited('parked.example');
      expect(codes).toContain('unfinished');
      expect(exitCode).toBe(5);
    });

    test('--all takes what was locked, declared or not', async () => {
      await write('lockdown', 'other.example');
      const { out } = await cli.run('audit', '--all', '--json');
      const names = JSON.parse(out).domains.map(({ domain }: { domain: string }) => domain);
      expect(names).toEqual(['parked.example', 'other.example']);
    });

    test('no database is made, and one that cannot be read stops no audit', async () => {
      expect((await audited('parked.example')).journal).toBe(null);
      expect(existsSync(cli.state)).toBe(false);
      const broken = `${cli.folder}/broken.db`;
      writeFileSync(broken, 'x'.repeat(5000));
      const { exitCode, out, err } = await cli.run('--state', broken, 'audit', 'parked.example');
      expect(exitCode).toBe(5);
      expect(out).toContain('parked.example');
      expect(err).toContain('nobody can tell what has drifted');
    });
  },
);
