import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

vi.setConfig({ testTimeout: 30_000 });

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-import-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('each option of policyd-spf.conf(5)', () => {
  test.each<[string, object]>([
    ['', {}],
    ['debugLevel = 1', {}],
    ['TestOnly = 1', {}],
    ['TestOnly = 0', { preset: 'observe' }],
    ['defaultSeedOnly = 0', { preset: 'observe' }],
    ['HELO_reject = Fail', {}],
    ['HELO_reject = SPF_Not_Pass', { helo: { on: { softfail: 'reject', neutral: 'reject' } } }],
    ['HELO_reject = Softfail', { helo: { on: { softfail: 'reject' } } }],
    ['HELO_reject = Null', { helo: { onlyNullSender: true } }],
    ['HELO_reject = False', { helo: { on: { fail: 'accept' } } }],
    ['HELO_reject = No_Check', { helo: { check: false, on: { fail: 'accept' } } }],
    ['Mail_From_reject = SPF_Not_Pass', { mailFrom: { on: { softfail: 'reject', neutral: 'reject' } } }],
    ['Mail_From_reject = False', { mailFrom: { on: { fail: 'accept' } } }],
    ['HELO_pass_restriction = helo_passed_spf', { helo: { passRestriction: 'helo_passed_spf' } }],
    ['Mail_From_pass_restriction = mfrom_passed_spf', { mailFrom: { passRestriction: 'mfrom_passed_spf' } }],
    ['No_Mail = True', { onlyNoMailRecords: true }],
    ['Reject_Not_Pass_Domains = a.example,b.example', { strictDomains: ['a.example', 'b.example'] }],
    ['PermError_reject = True', { helo: { on: { permerror: 'reject' } }, mailFrom: { on: { permerror: 'reject' } } }],
    ['TempError_Defer = True', { helo: { on: { temperror: 'defer' } }, mailFrom: { on: { temperror: 'defer' } } }],
    [
      // X_reject = False beats the two global options.
      'TempError_Defer = True\nPermError_reject = True\nHELO_reject = False',
      { helo: { on: { fail: 'accept' } }, mailFrom: { on: { permerror: 'reject', temperror: 'defer' } } },
    ],
    ['Prospective = 192.0.2.4', { prospective: '192.0.2.4' }],
    ['skip_addresses = 127.0.0.0/8,::ffff:127.0.0.0/104,::1', {}],
    ['skip_addresses = 10.0.0.0/8,::1', { skip: ['10.0.0.0/8', '::1/128'] }],
    ['Whitelist = 192.0.2.0/31,192.0.2.8', { trusted: { networks: ['192.0.2.0/31', '192.0.2.8/32'] } }],
    ['HELO_Whitelist = relay.example.com', { trusted: { heloNames: ['relay.example.com'] } }],
    ['Domain_Whitelist = forwarder.example', { trusted: { spfDomains: ['forwarder.example'] } }],
    ['Domain_Whitelist_PTR = big.example', { trusted: { ptrDomains: ['big.example'] } }],
    ['SPF_Enhanced_Status_Codes = No', { enhancedCodes: false }],
    ['Header_Type = AR', { header: { kind: 'authentication-results' } }],
    ['Header_Type = None', { header: { kind: 'none' } }],
    ['Hide_Receiver = Yes', { header: { hideReceiver: true } }],
    ['Authserv_Id = mx.example.com', { header: { authservId: 'mx.example.com' } }],
    ['Lookup_Time = 5', { timeLimitMs: 5000 }],
    ['Whitelist_Lookup_Time = 3', { trustTimeLimitMs: 3000 }],
    ['Void_Limit = 4', { maxVoidLookups: 4 }],
    ['Reason_Message = No: {spf}', { reasonMessage: 'No: SPF {result}: {reason}' }],
    ['Mock = False\nQueueID = True', {}],
  ])('%j', async (text, policy) => {
    expect(await imported(text)).toEqual({ policy: { preset: 'standard', ...policy }, untranslated: [], output: null });
  });

  test.each<[string, RegExp]>([
    ['debugLevel = 3', /line 1: debugLevel: needs no counterpart: unsent logs one line/],
    ['constructor = 1', /line 1: constructor: policyd-spf\.conf\(5\) knows no such option/],
    ['Header_Type = constructor', /"constructor" is none of SPF, AR, None/],
    ['Mock = True', /line 1: Mock: needs no counterpart/],
    ['QueueID = False', /line 1: QueueID: needs no counterpart/],
    ['Socket = local:/run/x', /line 1: Socket: .*milter/],
    ['HELO_rejects = Fail', /line 1: HELO_rejects: policyd-spf\.conf\(5\) knows no such option/],
    ['\nHELO_reject = Never', /line 2: HELO_reject: "Never" is none of Fail, /],
    ['Reason_Message = See {url}', /\{url\} are not filled in/],
    ['Whitelist = 192.0.2.0/31,mail.example', /Whitelist: "mail\.example" was left out/],
    ['Reject_Not_Pass_Domains = *.example.com', /"\*\.example\.com" was left out/],
    ['Lookup_Time = soon', /"soon" is out of range; 20 was taken/],
    ['Void_Limit = 99', /"99" is out of range; 2 was taken/],
    ['Prospective = host', /"host" is no address/],
    ['Header_Type = Both', /"Both" is none of SPF, AR, None/],
    ['HELO_pass_restriction = reject_unverified_sender permit_x', /more than a name/],
    ['Per_User = text,/nowhere/peruser', /\/nowhere\/peruser cannot be read/],
    ['Reason_Message = a=b', /is no "name = value"/],
  ])('%j is named as not carried over', async (text, what) => {
    const { err, exitCode } = await run(text);
    expect([exitCode, err]).toEqual([0, expect.stringMatching(what)]);
  });

  test.each(['OK', 'ok', 'permit', 'PERMIT', 'permit_mynetworks', '250', 'RELAY'])(
    'a pass restriction %s is refused',
    async (value) => {
      const output = join(folder, 'new.yaml');
      const { exitCode, err, out } = await run(`Mail_From_pass_restriction = ${value}`, '--output', output);
      expect([exitCode, out, existsSync(output)]).toEqual([3, '', false]);
      expect(err).toMatch(
        /^unsent: line 1: Mail_From_pass_restriction = \S+ would accept whatever passes SPF, and relay it/,
      );
    },
  );
});

test('a pass restriction that would relay is named with the Per_User file that it stands in', async () => {
  writeFileSync(join(folder, 'peruser'), '# ours\na@example.com,Mail_From_pass_restriction=OK\n');
  const { exitCode, err } = await run('Per_User = text,peruser');
  expect(exitCode).toBe(3);
  expect(err).toMatch(/^unsent: peruser line 2: Mail_From_pass_restriction = OK would accept/);
});

test('what a recipient has otherwise', async () => {
  writeFileSync(
    join(folder, 'peruser'),
    'Sales@example.com,Mail_From_reject=False|TempError_Defer=True\nall@example.com,HELO_reject=Fail|Void_Limit=9\n',
  );
  const { policy, untranslated } = await imported('HELO_reject = False\nPer_User = text,peruser');
  expect(policy).toEqual({
    preset: 'standard',
    helo: { on: { fail: 'accept' } },
    recipients: {
      'sales@example.com': { mailFrom: { on: { fail: 'accept' } } },
      'all@example.com': { helo: { on: { fail: 'reject' } } },
    },
  });
  expect(untranslated.map(({ what }) => what)).toEqual(['all@example.com: maxVoidLookups holds for all recipients']);
});

describe('the output', () => {
  test('on standard output is YAML that the configuration understands', async () => {
    const { out } = await run('TestOnly = 0\nLookup_Time = 5\ndebugLevel = 4');
    expect(out).toMatch(
      /^# not carried over: line 3: debugLevel: .*\npolicy:\n {2}preset: observe\n {2}timeLimitMs: 5000\n$/,
    );
  });

  test('in a new file keeps what is in force, comments too, and never replaces a file', async () => {
    writeFileSync(join(folder, 'unsent.yaml'), '# ours\ndomains:\n  unused: [parked.example] # since May\n');
    const before = readFileSync(join(folder, 'unsent.yaml'), 'utf8');
    expect((await run('Void_Limit = 5', '--output', 'new.yaml')).exitCode).toBe(0);
    expect(readFileSync(join(folder, 'new.yaml'), 'utf8')).toBe(
      '# ours\ndomains:\n  unused: [ parked.example ] # since May\npolicy:\n  preset: standard\n  maxVoidLookups: 5\n',
    );
    for (const existing of ['new.yaml', 'unsent.yaml']) {
      const { exitCode, err } = await run('Void_Limit = 6', '--output', existing);
      expect([exitCode, err]).toEqual([1, expect.stringMatching(/exists and was left as it is/)]);
    }
    expect(readFileSync(join(folder, 'unsent.yaml'), 'utf8')).toBe(before);
  });
});

describe('a configuration in force', () => {
  test.each<[string, string, string]>([
    ['nothing below policy', 'policy:\n', 'policy:\n  preset: standard\n  maxVoidLookups: 5\n'],
    [
      'a part that stands for another',
      'policy:\n  helo: &h\n    check: false\n  mailFrom: *h\n',
      'policy:\n  helo: &h\n    check: false\n  mailFrom:\n    check: false\n  preset: standard\n  maxVoidLookups: 5\n',
    ],
  ])('with %s is merged into', async (_, before, after) => {
    writeFileSync(join(folder, 'unsent.yaml'), before);
    expect(await run('Void_Limit = 5', '--output', 'new.yaml')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(folder, 'new.yaml'), 'utf8')).toBe(after);
  });

  test('where the part that others stand for is replaced', async () => {
    const before = 'policy:\n  skip: &s [192.0.2.1]\n  forwarders: *s\n';
    writeFileSync(join(folder, 'unsent.yaml'), before);
    expect(await run('skip_addresses = 192.0.2.2', '--output', 'new.yaml')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(folder, 'new.yaml'), 'utf8')).toBe(
      'policy:\n  skip:\n    - 192.0.2.2/32\n  forwarders: [ 192.0.2.1 ]\n  preset: standard\n',
    );
  });

  test.each([
    ['policy: 5\n', /unsent\.yaml:1:9/],
    ['policy: [\n', /unsent\.yaml:\d/],
    ['policy: *nothing\n', /unsent\.yaml:1/],
  ])('with the mistake %j is named, and nothing is written', async (before, what) => {
    writeFileSync(join(folder, 'unsent.yaml'), before);
    const { exitCode, err } = await run('Void_Limit = 5', '--output', 'new.yaml');
    expect([exitCode, err]).toEqual([2, expect.stringMatching(what)]);
    expect(existsSync(join(folder, 'new.yaml'))).toBe(false);
  });
});

async function imported(text: string): Promise<{ policy: object; untranslated: { what: string }[]; output: null }> {
  return JSON.parse((await run(text, '--json')).out);
}

async function run(text: string, ...options: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  writeFileSync(join(folder, 'policyd-spf.conf'), `${text}\n`);
  const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
  const config = existsSync(join(folder, 'unsent.yaml')) ? ['--config', 'unsent.yaml'] : [];
  const exitCode = await runCli([...config, 'config', 'import', 'policyd-spf.conf', ...options], surroundings, '1.2.3');
  return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
}
