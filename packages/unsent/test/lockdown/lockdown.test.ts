import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parkedZone, standInZone } from '../../../../test/support/cloudflare-stand-in/zones.ts';
import { hasShared, needs } from '../../../../test/support/require.ts';
import { type CloudflareCli, cloudflareCli } from './support/cloudflare-cli.ts';

const UNUSED = 'provider: {name: cloudflare}\ndomains: {unused: [parked.example]}\n';

describe.skipIf(!needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema')))(
  'unsent lockdown',
  { timeout: 30_000 },
  () => {
    let cli: CloudflareCli;

    beforeEach(async () => {
      cli = await cloudflareCli([
        parkedZone('parked.example'),
        standInZone('live.example', [['TXT', 's1._domainkey.live.example', '"v=DKIM1; p=MIGf"']]),
        standInZone('pending.example', [], { status: 'pending' }),
        standInZone('routed.example', [
          ['MX', 'routed.example', 'route1.mx.example', { priority: 5, meta: { email_routing: true } }],
        ]),
        standInZone('self.example', [['MX', 'self.example', 'self.example', { priority: 5 }]]),
        standInZone('elsewhere.example', []),
      ]);
      cli.config(UNUSED);
    });
    afterEach(async () => {
      expect(cli.standIn.validator.lint).toEqual([]);
      await cli.close();
    });

    const writes = (): string[] => cli.standIn.calls.filter((call) => !call.startsWith('GET '));
    const content = (): string =>
      JSON.stringify(
        cli
          .zone('parked.example')
          .records.map(({ name, type, content: text }) => [name, type, text])
          .sort(),
      );

    describe('promise 1: nothing is written without a plan that was shown and agreed to', () => {
      test('where nobody can be asked, the plan is shown and nothing happens', async () => {
        const { exitCode, out } = await cli.run('lockdown', 'parked.example');
        expect(exitCode).toBe(3);
        expect(out).toContain('0 loopback.parked.example');
        expect(out).toContain('Run it with --yes');
        expect(writes()).toEqual([]);
      });

      test.each(['n\n', '\n', 'yess\n', ''])('on a terminal, the answer %j is no', async (typed) => {
        const { exitCode, out } = await cli.type(typed, 'lockdown', 'parked.example');
        expect(exitCode).toBe(3);
        expect(out).toContain('Apply? [y/N]');
        expect(writes()).toEqual([]);
      });

      test.each(['y\n', 'YES\n'])('the answer %j is yes', async (typed) => {
        await cli.type(typed, 'lockdown', 'parked.example');
        expect(writes()).toHaveLength(1);
      });

      test('--dry-run writes nothing at all, not even state', async () => {
        const { exitCode } = await cli.run('lockdown', 'parked.example', '--dry-run', '--yes');
        expect(exitCode).toBe(0);
        expect(writes()).toEqual([]);
        expect(existsSync(dirname(cli.state))).toBe(false);
      });

      test('--json without --yes does not ask either', async () => {
        const { exitCode, out } = await cli.type('y\n', '--json', 'lockdown', 'parked.example');
        expect(exitCode).toBe(3);
        expect(JSON.parse(out)).toMatchObject({ outcome: 'declined', journal: null });
        expect(writes()).toEqual([]);
      });
    });

    describe('promise 2: the journal is durable before the batch is sent', () => {
      test('the zone-file copy lies beside the database when the batch arrives, mode 0600, and holds no token', async () => {
        const copies = join(dirname(cli.state), 'journal');
        const seen: string[] = [];
        cli.standIn.faults = () => {
          if (cli.standIn.calls.at(-1)?.startsWith('POST') === true) {
            for (const name of readdirSync(copies)) {
              seen.push(`${name} ${(statSync(join(copies, name)).mode & 0o777).toString(8)}`);
            }
          }
          return null;
        };
        await cli.run('lockdown', 'parked.example', '--yes');
        expect(seen).toEqual(['2026-11-23-01.zone 600']);
        expect((statSync(cli.state).mode & 0o077).toString(8)).toBe('0');
        const everything = [cli.state, `${cli.state}-wal`, join(copies, '2026-11-23-01.zone')]
          .filter((path) => existsSync(path))
          .map((path) => readFileSync(path, 'latin1'));
        expect(everything.join('')).toContain('mx1.old-host.example');
        expect(everything.join('')).not.toContain(cli.standIn.token);
      });
    });

    describe('promise 2: where the journal would be forgotten, nothing is written', () => {
      test.each([
        ['lockdown', ['lockdown', 'parked.example', '--yes']],
        ['lockdown of many', ['lockdown', 'parked.example', 'elsewhere.example', '--yes']],
        ['spf publish', ['spf', 'publish', 'parked.example', '--mx', '--yes']],
      ])('%s', async (_, args) => {
        const { exitCode, err } = await cli.run('--state', ':memory:', ...args);
        expect(exitCode).toBe(2);
        expect(err).toContain('with the state :memory: nothing is written to DNS');
        expect(writes()).toEqual([]);
        expect(readdirSync(cli.folder).sort()).toEqual(['dns', 'unsent.yaml']);
      });

      test.each(['--dry-run', '--rehearse', '--export=bind'])('%s shows it all the same', async (flag) => {
        expect(await cli.run('--state', ':memory:', 'lockdown', 'parked.example', flag)).toMatchObject({ exitCode: 0 });
      });
    });

    describe('promise 3: after an unclear failure the truth is told', () => {
      const BATCH = (call: string | undefined): boolean => call?.startsWith('POST') === true;

      test.each([
        ['reset', 1, 'not applied: the zone is as it was'],
        ['done-reset', 4, 'the reply was lost; the zone was read again'],
        ['done-502', 4, 'the reply was lost; the zone was read again'],
        ['half', 1, 'partly applied: 5 of 10 changes'],
      ] as const)('a batch that meets %s', async (fault, code, words) => {
        cli.standIn.faults = () => (BATCH(cli.standIn.calls.at(-1)) ? fault : null);
        const { exitCode, out } = await cli.run('lockdown', 'parked.example', '--yes');
        expect(out).toContain(words);
        expect(exitCode).toBe(code);
        expect(writes()).toHaveLength(1); // never again
      });

      test('when the zone cannot be read again either, that is what is said', async () => {
        let isStruck = false;
        cli.standIn.faults = () => {
          isStruck ||= BATCH(cli.standIn.calls.at(-1));
          return isStruck ? 'reset' : null;
        };
        const { exitCode, out } = await cli.run('lockdown', 'parked.example', '--yes');
        expect(out).toContain('unclear: the reply was lost, and the zone could not be read again');
        expect(exitCode).toBe(1);
      });

      test.each([
        ['one', ['lockdown', 'elsewhere.example', '--yes']],
        ['many', ['lockdown', 'elsewhere.example', 'pending.example', '--yes']],
      ])(
        'the next run finds out that it was applied, and scanner and policy daemon learn of it: %s',
        async (_, again) => {
          let isStruck = false;
          cli.standIn.faults = () => {
            const isBatch = BATCH(cli.standIn.calls.at(-1));
            const fault = isBatch ? 'done-reset' : isStruck ? 'reset' : null;
            isStruck ||= isBatch;
            return fault;
          };
          await cli.run('lockdown', 'elsewhere.example', '--yes');
          cli.standIn.faults = () => null;
          await cli.run(...again);
          expect(writes()).toHaveLength(1);
          const { out } = await cli.run('audit', '--all', '--json');
          expect(JSON.parse(out).domains.map(({ domain }: { domain: string }) => domain)).toContain(
            'elsewhere.example',
          );
        },
      );
    });

    describe('promise 4: unlock restores', () => {
      test('what was there, and says so; a second time there is nothing to do', async () => {
        const before = content();
        await cli.run('lockdown', 'parked.example', '--yes');
        expect(content()).not.toBe(before);
        const { out } = await cli.run('unlock', 'parked.example', '--yes');
        expect(out).toContain('restored           journal 2026-11-23-02');
        expect(content()).toBe(before);
        const again = await cli.run('unlock', 'parked.example', '--yes');
        expect(again).toMatchObject({ exitCode: 0, out: expect.stringContaining('not locked any more') });
      });

      test('unlock --dry-run writes nothing', async () => {
        await cli.run('lockdown', 'parked.example', '--yes');
        const before = writes().length;
        const { exitCode, out } = await cli.run('unlock', 'parked.example', '--dry-run');
        expect(exitCode).toBe(0);
        expect(out).toContain('10 mx1.old-host.example');
        expect(writes()).toHaveLength(before);
      });

      test('a domain that was never locked', async () => {
        const { exitCode, err } = await cli.run('unlock', 'parked.example');
        expect(exitCode).toBe(1);
        expect(err).toContain('knows of no lockdown of parked.example');
      });

      test('a drifted record is a refusal, and --override drifted the way round', async () => {
        await cli.run('lockdown', 'parked.example', '--yes');
        const spf = cli.zone('parked.example').records.find(({ content: text }) => text === '"v=spf1 -all"');
        if (spf !== undefined) spf.content = '"v=spf1 mx -all"';
        expect(await cli.run('unlock', 'parked.example', '--yes')).toMatchObject({
          exitCode: 3,
          out: expect.stringContaining('--override drifted'),
        });
        await cli.run('unlock', 'parked.example', '--yes', '--override', 'drifted');
        expect(content()).toContain('include:_spf.');
        expect(content()).not.toContain('v=spf1 mx -all');
      });
    });

    describe('promise 6: refusals have codes, and --override is the one way round', () => {
      test.each([
        ['dkim-key-present', 'live.example', ''],
        ['zone-not-active', 'pending.example', ''],
        ['email-routing-on', 'routed.example', ''],
        ['host-carries-mail', 'self.example', ''],
        ['host-carries-mail', 'live.example', 'domains: {sending: {live.example: }}\n'],
        ['apex-of-subdomain', 'news.parked.example', UNUSED],
        ['not-delegated-here', 'elsewhere.example', ''],
      ])('%s: %s', async (code, domain, yaml) => {
        cli.config(yaml);
        const here = ['parked', 'live', 'pending', 'routed', 'self'].map(
          (name) => `${name}.example. 300 IN NS amy.ns.example.net.`,
        );
        cli.dns([...here, 'elsewhere.example. 300 IN NS ns.other.example.', ''].join('\n'));
        const refused = await cli.run('lockdown', domain, '--provider', 'cloudflare', '--yes', '--json');
        expect(refused.exitCode).toBe(3);
        const { outcome, plan } = JSON.parse(refused.out);
        expect(outcome).toBe('refused');
        const codes: string[] = plan.refusals.map((refusal: { code: string }) => refusal.code);
        expect(codes).toContain(code);
        expect(writes()).toEqual([]);
        const overrides = codes.flatMap((one) => ['--override', one]);
        const plain = await cli.run('lockdown', domain, '--provider', 'cloudflare', '--dry-run', ...overrides);
        expect(plain.exitCode).toBe(0);
        const partly = await cli.run(
          'lockdown',
          domain,
          '--provider',
          'cloudflare',
          '--dry-run',
          '--override',
          'drifted',
        );
        expect(partly.exitCode).toBe(3);
      });

      test('an unknown code is bad usage', async () => {
        expect((await cli.run('lockdown', 'parked.example', '--override', 'everything')).exitCode).toBe(2);
      });
    });

    describe('promise 9: what is missing is one line that says what to do', () => {
      test.each([
        ['a domain that is no name', ['lockdown', 'not a name'], 2, 'is no domain name'],
        ['a zone that is not there', ['lockdown', 'nowhere.example'], 1, 'holds no zone for nowhere.example'],
        ['no domain', ['lockdown'], 2, 'no domain given'],
        ['a provider that is none', ['lockdown', 'parked.example', '--provider', 'foo'], 2, 'Known are'],
        ['--only with a wrong part', ['lockdown', 'parked.example', '--only', 'mx,foo'], 2, '--only knows mx, spf'],
        ['--only and --skip', ['lockdown', 'parked.example', '--only', 'mx', '--skip', 'spf'], 2, 'exclude each other'],
        ['a TTL that is none', ['lockdown', 'parked.example', '--ttl', '5'], 2, '60 to 86400'],
        ['a rua that is no address', ['lockdown', 'parked.example', '--rua', 'nobody'], 2, 'mail address'],
        ['many domains without --yes', ['lockdown', 'a.example', 'b.example'], 2, '--dry-run'],
        [
          '--zone with a real provider',
          ['lockdown', 'parked.example', '--provider', 'cloudflare', '--zone', 'x'],
          2,
          '--zone belongs to',
        ],
        ['a zone file that is not there', ['lockdown', 'parked.example', '--zone', '/nowhere/zone'], 1, 'no such file'],
      ])('%s', async (_, args, exitCode, words) => {
        const ran = await cli.run(...args);
        expect(ran.err + ran.out).toContain(words);
        expect(ran.exitCode).toBe(exitCode);
        expect(ran.err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
      });
    });

    describe('promise 8: verified, or said not to be', () => {
      test('without an authoritative server it is written and not verified: exit code 4', async () => {
        const { exitCode, out } = await cli.run('lockdown', 'parked.example', '--yes');
        expect(exitCode).toBe(4);
        expect(out).toContain('amy.ns.example.net: no answer');
      });
    });

    test('a second lockdown finds nothing to do, and makes no batch', async () => {
      await cli.run('lockdown', 'parked.example', '--yes');
      const { exitCode, out } = await cli.run('lockdown', 'parked.example', '--yes');
      expect(exitCode).toBe(0);
      expect(out).toContain('nothing to do');
      expect(writes()).toHaveLength(1);
    });

    test('hostile record content reaches the terminal escaped', async () => {
      const evil = standInZone('parked.example', [['TXT', 'parked.example', '"v=spf1 \\027]0;owned\\007 ~all"']]);
      cli.zone('parked.example').records.push(...evil.records.map((record) => ({ ...record, id: 'evil' })));
      const { out } = await cli.run('lockdown', 'parked.example', '--dry-run');
      expect(out).not.toContain('\x1b]0;');
      expect(out).not.toContain('\x07');
      expect(out).toContain('owned');
    });

    describe('unsent journal', () => {
      test('lists what was done, newest first, and shows one entry with its plan', async () => {
        await cli.run('lockdown', 'parked.example', '--yes');
        await cli.run('unlock', 'parked.example', '--yes');
        const { out } = await cli.run('journal');
        expect(
          out
            .split('\n')
            .slice(1, 3)
            .map((line) => line.split(/ +/).slice(0, 5)),
        ).toEqual([
          ['2026-11-23-02', 'unlock', 'parked.example', 'cloudflare', 'applied'],
          ['2026-11-23-01', 'lockdown', 'parked.example', 'cloudflare', 'undone'],
        ]);
        expect((await cli.run('journal', 'show', '2026-11-23-01')).out).toContain('10 mx1.old-host.example');
        expect((await cli.run('--verbose', 'journal', 'show', '2026-11-23-01')).out).toContain(
          '$ORIGIN parked.example.',
        );
        expect((await cli.run('journal', 'show', '2026-11-23-77')).exitCode).toBe(1);
      });

      test('is empty before anything was done, and makes no database', async () => {
        expect((await cli.run('journal')).out).toContain('The journal is empty');
        expect(existsSync(dirname(cli.state))).toBe(false);
      });
    });

    test('--rehearse plays it through on a copy, restores it exactly, and writes nothing', async () => {
      const { exitCode, out } = await cli.run('lockdown', 'parked.example', '--rehearse');
      expect(exitCode).toBe(0);
      expect(out).toContain('restored: identical');
      expect(writes()).toEqual([]);
      expect(existsSync(dirname(cli.state))).toBe(false);
    });
  },
);
