import { afterAll, describe, expect, test } from 'vitest';
import { zoneCli } from '../support/zone-cli.ts';

const cli = zoneCli(`
  $ORIGIN example.
  a TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.b.example mx -all exp=why.a.example"
  a MX 10 m.a
  m.a A 192.0.2.11
  m.a TXT "v=spf1 a -all"
  why.a TXT "%{i} is not one of ours"
  _spf.b TXT "v=spf1 ip4:198.51.100.0/24 exists:%{i}.list.b.example ?all"
  broken TXT "v=spf1 ip4: 192.0.2.1 ip4:198.51.100.0/25-all"
  two TXT "v=spf1 mx -all"
  two TXT "v=spf1 a ~all"
  quoted TXT "\\"v=spf1 a -all\\""
  evil TXT "v=spf1 a:\\027[31m -all"
  bare A 192.0.2.1
  long TXT "v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ip4:192.0.2.3 ip4:192.0.2.4 ip4:192.0.2.5 ip4:192.0.2.6 ptr -all"`);
afterAll(() => cli.remove());

describe('spf check', () => {
  test.each([
    [['192.0.2.1', 'alice@a.example'], 'MAIL FROM alice@a.example: pass'],
    [['203.0.113.9', 'alice@a.example'], 'MAIL FROM alice@a.example: fail'],
    [['203.0.113.9', 'a.example'], 'MAIL FROM a.example: fail'],
    [['192.0.2.1', '<alice@a.example>'], 'MAIL FROM alice@a.example: pass'],
    [['2001:db8::1', 'x@bare.example'], 'MAIL FROM x@bare.example: none'],
    [['192.0.2.1', 'x@broken.example'], 'MAIL FROM x@broken.example: permerror'],
    [['192.0.2.1', '<>', '--helo', 'm.a.example'], 'HELO m.a.example: fail'],
    [['192.0.2.1', 'x@two.example', '--record', 'v=spf1 ip4:192.0.2.1 -all'], 'MAIL FROM x@two.example: pass'],
  ])('%j', async (args, head) => {
    const { exitCode, out } = await cli.run('spf', 'check', ...args);
    expect(exitCode).toBe(0);
    expect(out.split('\n')[0]).toBe(head);
  });

  test('with a HELO name both identities are told, MAIL FROM first', async () => {
    const { out } = await cli.run('spf', 'check', '192.0.2.11', 'x@a.example', '--helo', 'm.a.example', '--json');
    const { checks } = JSON.parse(out);
    expect(checks.map((check: { identity: string; result: string }) => [check.identity, check.result])).toEqual([
      ['mailfrom', 'pass'],
      ['helo', 'pass'],
    ]);
  });

  test('the tree of what was asked, the explanation as the words of its owner, and what it cost', async () => {
    const { out } = await cli.run('spf', 'check', '203.0.113.9', 'alice@a.example');
    expect(out).toContain('a.example explains: 203.0.113.9 is not one of ours');
    expect(out).toMatch(/├ include:_spf\.b\.example +no match +_spf\.b\.example says neutral/);
    expect(out).toMatch(/│ ├ exists:%\{i\}\.list\.b\.example +no match +203\.0\.113\.9\.list\.b\.example A: nxdomain/);
    expect(out).toMatch(/└ -all +match: fail/);
    expect(out).toContain('3 of 10 lookups, 1 of 2 void lookups');
  });

  test('a broken record: the place, what it would be, and the mended record', async () => {
    const { out } = await cli.run('spf', 'check', '192.0.2.1', 'x@broken.example');
    const lines = out.split('\n');
    const at = lines.findIndex((line) => line.includes('v=spf1 ip4: 192.0.2.1'));
    expect(lines[at]?.slice((lines[at + 1] ?? '').indexOf('^')).startsWith('ip4:')).toBe(true);
    expect(out).toContain('If mistakes are overlooked: pass');
    expect(out).toContain('there must be no space after "ip4:"');
    expect(out).toContain('v=spf1 ip4:192.0.2.1 ip4:198.51.100.0/25 -all');
  });

  test('--json carries result, matched term, trace, lax reading and header', async () => {
    const { out } = await cli.run('spf', 'check', '203.0.113.9', 'alice@a.example', '--json');
    const [check] = JSON.parse(out).checks;
    expect(check).toMatchObject({
      identity: 'mailfrom',
      result: 'fail',
      matched: { term: '-all', domain: 'a.example' },
      explanation: '203.0.113.9 is not one of ours',
      lookups: 3,
      voidLookups: 1,
      lax: null,
      trace: { domain: 'a.example', result: 'fail' },
    });
    expect(check.receivedSpf).toMatch(/^Received-SPF: fail \(.*\) identity=mailfrom; client-ip=203\.0\.113\.9;/);
    const broken = JSON.parse((await cli.run('spf', 'check', '192.0.2.1', 'x@broken.example', '--json')).out).checks[0];
    expect(broken).toMatchObject({
      result: 'permerror',
      problem: { code: 'missing-argument' },
      lax: { result: 'pass' },
    });
  });

  test('--fail-on makes the exit code 5', async () => {
    const check = ['spf', 'check', '203.0.113.9', 'alice@a.example'];
    expect((await cli.run(...check, '--fail-on', 'fail,permerror')).exitCode).toBe(5);
    expect((await cli.run(...check, '--fail-on', 'permerror')).exitCode).toBe(0);
  });

  test('quiet prints the verdict alone', async () => {
    expect((await cli.run('--quiet', 'spf', 'check', '192.0.2.1', 'x@a.example')).out).toBe(
      'MAIL FROM x@a.example: pass\n',
    );
  });

  test.each([
    [['192.0.2', 'x@a.example'], '"192.0.2" is no IP address'],
    [['192.0.2.1', '<>'], 'a null sender has no domain'],
    [['192.0.2.1', 'x@a.example', '--fail-on', 'failed'], '--fail-on does not know "failed"'],
    [['192.0.2.1', 'x@a.example', '--time-limit', '0'], '--time-limit wants seconds'],
  ])('%j is bad usage', async (args, message) => {
    const { exitCode, out, err } = await cli.run('spf', 'check', ...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
  });
});

describe('spf lint', () => {
  test('a caret stands under the place', async () => {
    const { out } = await cli.run('spf', 'lint', 'long.example');
    const lines = out.split('\n');
    const carets = lines.findIndex((line) => line.trim() === '^^^');
    expect(lines[carets - 1]?.slice(lines[carets]?.indexOf('^')).startsWith('ptr')).toBe(true);
    expect(out).toContain('(RFC 7208 §5.5)');
    expect(out).toMatch(/Lookups +1 of 10\n +Void lookups +0 of 2\n +Size +99 octets, 1 character-string/);
  });

  test.each([
    ['a.example', 'a.example: no errors'],
    ['broken.example', 'broken.example: 2 errors'],
    ['two.example', 'two.example: 1 error'],
    ['bare.example', 'bare.example: 1 error'],
    ['v=spf1 mx -all', 'The record: no errors'],
  ])('%s', async (target, head) => {
    const { exitCode, out } = await cli.run('spf', 'lint', target);
    expect(exitCode).toBe(0);
    expect(out.split('\n')[0]).toBe(head);
  });

  test('says what to publish instead; for a domain without a record only if it sends no mail', async () => {
    const broken = (await cli.run('spf', 'lint', 'broken.example')).out;
    expect(broken).toContain('Publish instead\n    v=spf1 ip4:192.0.2.1 ip4:198.51.100.0/25 -all\n');
    expect((await cli.run('spf', 'lint', 'bare.example')).out).toContain(
      'If it sends no mail, publish\n    v=spf1 -all\n',
    );
  });

  test('--for counts the lookups of a record that is not published', async () => {
    const alone = await cli.run('spf', 'lint', 'v=spf1 include:_spf.b.example -all');
    expect(alone.out).toContain('1 of 10, without those of its includes (--for DOMAIN counts them)');
    const there = await cli.run('spf', 'lint', 'v=spf1 include:_spf.b.example -all', '--for', 'two.example');
    expect(there.out).toMatch(/Lookups +2 of 10\n/);
  });

  test('--json and --fail-on', async () => {
    const { exitCode, out } = await cli.run('spf', 'lint', 'broken.example', '--json', '--fail-on', 'error');
    expect(exitCode).toBe(5);
    expect(JSON.parse(out).lints[0]).toMatchObject({
      domain: 'broken.example',
      findings: [{ severity: 'error', code: 'needless-space', span: { start: 7, end: 21 } }, { code: 'missing-space' }],
      fixed: 'v=spf1 ip4:192.0.2.1 ip4:198.51.100.0/25 -all',
    });
    expect((await cli.run('spf', 'lint', 'long.example', '--fail-on', 'error')).exitCode).toBe(0);
    expect((await cli.run('spf', 'lint', 'long.example', '--fail-on', 'advice')).exitCode).toBe(5);
  });

  test('control characters of a record are shown, not sent to the terminal', async () => {
    const { out } = await cli.run('spf', 'lint', 'evil.example');
    expect(out).toContain('v=spf1 a:\\e[31m -all');
    expect(out).not.toMatch(/(?!\n)\p{Cc}/u);
  });
});

describe('spf tree', () => {
  test('one line a term, with what it costs', async () => {
    const { exitCode, out } = await cli.run('spf', 'tree', 'a.example');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/├ include:_spf\.b\.example +2\n/);
    expect(out).toMatch(/│ ├ exists:%\{i\}\.list\.b\.example +depends on the message +1\n/);
    expect(out).toMatch(/├ mx +1 MX host, 1 address +1\n/);
    expect(out).toMatch(/allowed: 10 lookups, 2 void lookups +3 +0\n/);
  });

  test('what cannot be read is said', async () => {
    expect((await cli.run('spf', 'tree', 'two.example')).out).toBe('two.example: 2 SPF records\n');
    expect((await cli.run('spf', 'tree', 'gone.example')).out).toBe('gone.example: the name does not exist\n');
  });
});

describe('spf record', () => {
  test('the record alone on standard output, the rest on standard error', async () => {
    const { exitCode, out, err } = await cli.run(
      'spf',
      'record',
      '--ip',
      '192.0.2.1,192.0.2.0',
      '--include',
      '_spf.b.example',
      '--mx',
    );
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'v=spf1 ip4:192.0.2.0/31 mx include:_spf.b.example ~all\n' });
    expect(err).toContain('2 of 10 lookups, without those of its includes');
    expect(err).toContain('--strict');
  });

  test('--strict and --for', async () => {
    const { out, err } = await cli.run(
      'spf',
      'record',
      '--include',
      '_spf.b.example',
      '--strict',
      '--for',
      'a.example',
    );
    expect(out).toBe('v=spf1 include:_spf.b.example -all\n');
    expect(err).toContain('2 of 10 lookups.');
  });

  test.each([
    [[], 'nobody would be allowed to send'],
    [['--ip', '192.0.2.300'], '"192.0.2.300" is no IP address or network'],
    [['--ip', '0.0.0.0/0'], '"0.0.0.0/0" would let every host of the Internet send'],
    [['--include', 'nodots'], '"nodots" is no domain name'],
  ])('%j is bad usage', async (args, message) => {
    const { exitCode, out, err } = await cli.run('spf', 'record', ...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
  });
});

test.each([['spf', 'check'], ['spf', 'lint'], ['spf', 'tree'], ['spf', 'record'], ['audit']])(
  '%s %s: --help stays within 80 columns',
  async (...command) => {
    const { exitCode, out } = await cli.run(...command, '--help');
    expect(exitCode).toBe(0);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  },
);
