import { afterAll, describe, expect, test } from 'vitest';
import { zoneCli } from '../support/zone-cli.ts';

const LOCKED = `
  @ TXT "v=spf1 -all"
  @ MX 0 .
  * TXT "v=spf1 -all"
  * MX 0 .
  *._domainkey TXT "v=DKIM1; p="
  _dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@reports.example"
  a.example._report._dmarc.reports.example. TXT "v=DMARC1"
  reports.example. MX 10 mx.reports.example.
  mx.reports.example. A 192.0.2.25`;

const clis: { remove(): void }[] = [];
afterAll(() => {
  for (const cli of clis) cli.remove();
});

type Audit = { status: string; findings: readonly { code: string; severity: string }[] };

/** The audit of a.example, whose zone is `zone`; `role` is what the configuration says of it. */
async function audit(zone: string, role: 'unused' | 'receiving' | 'sending' | null = null): Promise<Audit> {
  const cli = zoneCli(`$ORIGIN a.example.\n${zone}`);
  clis.push(cli);
  const entry = role === 'sending' ? '{a.example: {outbound: [192.0.2.1]}}' : '[a.example]';
  const config = role === null ? [] : ['--config', cli.write('u.yaml', `domains: {${role}: ${entry}}\n`)];
  const { out, err } = await cli.run(...config, 'audit', 'a.example', '--json');
  expect(err).toBe('');
  return JSON.parse(out).domains[0];
}

const without = (zone: string, record: RegExp): string =>
  zone
    .split('\n')
    .filter((line) => !record.test(line))
    .join('\n');

describe('status', () => {
  test.each<[string, string]>([
    ['locked', LOCKED],
    ['locked', '@ TXT "v=spf1 -all"\n@ MX 0 loopback\nloopback A 127.0.0.1\n_dmarc TXT "v=DMARC1; p=reject"'],
    [
      'locked',
      '@ TXT "v=spf1 redirect=_spf.a.example"\n_spf TXT "v=spf1 -all"\n@ MX 0 .\n_dmarc TXT "v=DMARC1; p=reject"',
    ],
    ['partly', '@ TXT "v=spf1 -all"'],
    ['partly', '@ TXT "v=spf1 ~all"\n@ MX 0 .\n_dmarc TXT "v=DMARC1; p=reject"'],
    // A host that "~" or "?" matches before "-all" is not refused (RFC 7208 §8.2, §8.5).
    ['partly', `${without(LOCKED, /@ TXT/)}\n@ TXT "v=spf1 ?ip4:0.0.0.0/0 -all"`],
    ['partly', `${without(LOCKED, /@ TXT/)}\n@ TXT "v=spf1 ~exists:%{i}.x.a.example -all"`],
    [
      'partly',
      `${without(LOCKED, /@ TXT/)}\n@ TXT "v=spf1 ?include:b.a.example -all"\nb TXT "v=spf1 ip4:192.0.2.1 -all"`,
    ],
    ['partly', `${without(LOCKED, /@ TXT/)}\n@ TXT "v=spf1 ~a redirect=_spf.a.example"\n_spf TXT "v=spf1 -all"`],
    ['partly', `${without(LOCKED, /@ TXT/)}\n@ TXT "v=spf1 redirect=_spf.a.example"\n_spf TXT "v=spf1 ~a -all"`],
    ['locked', `${without(LOCKED, /@ TXT/)}\n@ TXT "v=spf1 -ip4:192.0.2.1 -all"`],
    ['partly', '@ MX 0 .\n@ A 192.0.2.1'],
    ['partly', `${without(LOCKED, /_dmarc/)}\n_dmarc TXT "v=DMARC1; p=reject; sp=none"`],
    ['partly', `${without(LOCKED, /_dmarc/)}\n_dmarc TXT "v=DMARC1; p=reject; t=y"`],
    ['open', '@ A 192.0.2.1'],
    ['open', '@ A 192.0.2.1\n_dmarc TXT "v=DMARC1; p=none"'],
    ['open', '@ TXT "v=spf1 foo -all"'],
    ['live', '@ TXT "v=spf1 mx -all"\n@ MX 10 m\nm A 192.0.2.1'],
    ['live', '@ MX 10 m\nm A 192.0.2.1'],
    ['live', '@ TXT "v=spf1 include:_spf.b.example -all"\n_spf.b.example. TXT "v=spf1 -all"'],
    ['live', '@ TXT "v=spf1 +all"\n@ MX 0 .'],
    ['unknown', 'b.example. A 192.0.2.1'],
  ])('%s', async (status, zone) => expect((await audit(zone)).status).toBe(status));

  test.each<[string, 'unused' | 'receiving' | 'sending', string]>([
    // What the owner says counts.
    ['open', 'unused', '@ MX 10 m\nm A 192.0.2.1'],
    ['open', 'unused', '@ TXT "v=spf1 mx ?all"\n@ MX 10 m\nm A 192.0.2.1'],
    ['locked', 'receiving', '@ TXT "v=spf1 -all"\n@ MX 10 m\nm A 192.0.2.1\n_dmarc TXT "v=DMARC1; p=reject"'],
    ['live', 'sending', LOCKED],
  ])('%s, declared %s', async (status, role, zone) => expect((await audit(zone, role)).status).toBe(status));
});

describe('findings', () => {
  test('a domain that is locked whole has none', async () => expect((await audit(LOCKED)).findings).toEqual([]));

  test.each<[string, 'problem' | 'advice', string]>([
    ['spf-missing', 'problem', without(LOCKED, /spf1/)],
    ['spf-not-strict', 'problem', '@ TXT "v=spf1 ~all"'],
    ['spf-not-strict', 'problem', '@ TXT "v=spf1 ?ip4:192.0.2.1 -all"'],
    ['spf-broken', 'problem', '@ TXT "v=spf1 foo"'],
    ['spf-broken', 'problem', '@ TXT "v=spf1 -all"\n@ TXT "v=spf1 ~all"'],
    ['spf-broken', 'problem', '@ TXT "\\"v=spf1 -all\\""'],
    ['spf-advice', 'advice', '@ TXT "v=spf1 ptr -all"'],
    ['mx-implicit', 'problem', '@ TXT "v=spf1 -all"\n@ AAAA 2001:db8::1'],
    ['mx-missing', 'problem', '@ TXT "v=spf1 -all"'],
    ['mx-dead', 'problem', '@ TXT "v=spf1 -all"\n@ MX 10 gone'],
    ['mx-null-and-others', 'problem', '@ MX 0 .\n@ MX 10 loopback\nloopback A 127.0.0.1'],
    ['mx-is-cname', 'advice', '@ MX 10 m\nm CNAME n\nn A 127.0.0.1'],
    ['mx-localhost', 'advice', '@ MX 10 localhost.\nlocalhost. A 127.0.0.1'],
    ['mx-mixed', 'problem', '@ MX 10 m\n@ MX 20 n\nm A 192.0.2.1\nn A 127.0.0.1'],
    ['dmarc-missing', 'problem', '@ TXT "v=spf1 -all"'],
    ['dmarc-missing', 'advice', '@ TXT "v=spf1 mx -all"\n@ MX 10 m\nm A 192.0.2.1'],
    ['dmarc-unreadable', 'problem', '@ TXT "v=spf1 -all"\n_dmarc TXT "v=dmarc1; p=reject"'],
    [
      'dmarc-multiple',
      'problem',
      '@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject"\n_dmarc TXT "v=DMARC1; p=none"',
    ],
    ['dmarc-dangling-cname', 'problem', '@ TXT "v=spf1 -all"\n_dmarc CNAME gone.b.example.'],
    ['dmarc-weak', 'problem', '@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=quarantine"'],
    ['dmarc-weak', 'advice', '@ TXT "v=spf1 mx -all"\n@ MX 10 m\nm A 192.0.2.1\n_dmarc TXT "v=DMARC1; p=none"'],
    ['dmarc-weak-below', 'problem', '@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject; np=none"'],
    ['dmarc-test', 'problem', '@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject; t=y"'],
    ['dmarc-invalid-tag', 'problem', '@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=refuse"'],
    ['dmarc-removed-tag', 'advice', '@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject; pct=10"'],
    ['rua-missing', 'advice', '@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject"'],
    ['rua-unusable', 'advice', '@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject; rua=https://b.example/"'],
    ['rua-unreachable', 'problem', '@ MX 0 .\n_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@a.example"'],
    ['rua-unreachable', 'problem', '@ MX 0 .\n_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@gone.example"'],
    ['rua-not-agreed', 'problem', without(LOCKED, /_report/)],
    ['dkim-not-revoked', 'advice', without(LOCKED, /_domainkey/)],
    ['dkim-not-revoked', 'advice', `${without(LOCKED, /_domainkey|\* /)}\n* TXT "v=DMARC1; p=reject"`],
    ['dkim-wildcard-key', 'problem', `${without(LOCKED, /_domainkey/)}\n*._domainkey TXT "v=DKIM1; p=MFww"`],
    ['wildcard-cname', 'problem', '@ TXT "v=spf1 -all"\n* CNAME parking.b.example.'],
    ['wildcard-mx', 'problem', '@ TXT "v=spf1 -all"\n* MX 10 m.b.example.'],
    ['wildcard-address', 'advice', '@ TXT "v=spf1 -all"\n* A 192.0.2.1'],
    ['wildcard-without-spf', 'advice', '@ TXT "v=spf1 -all"'],
    ['host-without-spf', 'advice', `${LOCKED}\nwww A 192.0.2.80`],
    ['host-is-cname', 'advice', `${LOCKED}\nwww CNAME web.b.example.`],
    ['cname-at-domain', 'problem', '@ CNAME b.example.\nb.example. TXT "v=spf1 -all"'],
    ['server-without-address', 'problem', `${LOCKED}\n@ NS gone.b.example.`],
    ['no-domain', 'problem', 'b.example. A 192.0.2.1'],
  ])('%s (%s): %s', async (code, severity, zone) => {
    expect((await audit(zone)).findings.filter((one) => one.code === code)).toMatchObject([{ severity }]);
  });

  test.each([
    ['mx-accepts', '@ MX 10 m\nm A 192.0.2.1'],
    ['spf-lets-send', '@ TXT "v=spf1 ip4:192.0.2.1 -all"'],
  ])('%s, of a domain that is declared unused', async (code, zone) => {
    expect((await audit(zone, 'unused')).findings.map((one) => one.code)).toContain(code);
  });

  test('a term that softens "-all" is named, and shown in the table', async () => {
    const cli = zoneCli('a.example. TXT "v=spf1 redirect=b.example"\nb.example. TXT "v=spf1 ~ip4:192.0.2.1 -all"');
    clis.push(cli);
    const { out } = await cli.run('audit', 'a.example');
    expect(out).toContain('Nobody may send, but "~ip4:192.0.2.1" stands before "-all".');
    expect(out).toContain('  SPF weaker than -all, MX none');
  });

  test('a report target of the same organisation needs no leave', async () => {
    const zone =
      '@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@in.a.example"\nin MX 10 m\nm A 192.0.2.1';
    expect((await audit(zone)).findings.map((one) => one.code)).not.toContain('rua-not-agreed');
  });
});

describe('the command', () => {
  const cli = zoneCli(
    `$ORIGIN a.example.\n${LOCKED}\nopen.example. A 192.0.2.1\nlive.example. TXT "v=spf1 mx -all"\nlive.example. MX 1 m.live.example.\nm.live.example. A 192.0.2.2`,
  );
  clis.push(cli);

  test('exit code 0 and one line of verdict for a locked domain', async () => {
    const { exitCode, out } = await cli.run('audit', 'a.example');
    expect(exitCode).toBe(0);
    expect(out).toBe(
      'a.example is locked: nobody can send as it, and no bounce comes back\n' +
        '  SPF -all, MX null, DMARC reject\n' +
        `\nRead from ${cli.zonePath}; no name server was asked.\n`,
    );
  });

  test.each([
    ['--dns zone:FILE', (file: string) => ['--dns', `zone:${file}`]],
    ['dns.zone of the configuration', (file: string) => ['--config', cli.write('c.yaml', `dns: { zone: ${file} }`)]],
  ])('%s: the name servers that the zone names are not asked', async (_name, options) => {
    // The address is of this host, where nothing listens on port 53 for the domain: asked, it would be lame.
    const served = 'served.example. NS ns.served.example.\nns.served.example. A 127.0.0.1\n';
    const file = cli.write('served', `$ORIGIN a.example.\n${served}`);
    const { out } = await cli.runOnly(...options(file), '--json', 'audit', 'served.example');
    const audited = JSON.parse(out);
    expect(audited.nameServersAsked).toBe(false);
    expect(audited.domains[0].findings.map((one: { code: string }) => one.code)).not.toContain('no-name-server');
    expect(audited.domains[0].findings.map((one: { code: string }) => one.code)).not.toContain('lame-server');
  });

  test('quiet and all well prints nothing, for cron', async () => {
    expect(await cli.run('--quiet', 'audit', 'a.example')).toEqual({ exitCode: 0, out: '', err: '' });
  });

  test('exit code 5 on a problem; --fail-on moves the bar', async () => {
    expect((await cli.run('audit', 'open.example')).exitCode).toBe(5);
    expect((await cli.run('audit', 'open.example', '--fail-on', 'none')).exitCode).toBe(0);
    expect((await cli.run('audit', 'live.example')).exitCode).toBe(0);
    expect((await cli.run('audit', 'live.example', '--fail-on', 'advice')).exitCode).toBe(5);
  });

  test('a file of domains: comments, blank lines, each once; more than three are a table with a sum', async () => {
    const path = cli.write(
      'list',
      '# ours\na.example\n\nopen.example # parked\nA.EXAMPLE.\nlive.example\ngone.example\n',
    );
    const { exitCode, out } = await cli.run('audit', '--file', path);
    expect(exitCode).toBe(5);
    expect(out.split('\n')[0]).toMatch(/^domain +status +SPF +MX +DMARC +first problem$/);
    expect(out).toContain('4 domains: 1 locked, 1 open, 1 live, 1 unknown; 4 problems');
    expect(out).toContain('unsent audit open.example');
  });

  test.each([
    [['audit'], 'no domain to look at'],
    [['audit', 'https://example.com'], '"https://example.com" is no domain name'],
    [['audit', '--all'], 'the configuration names no domains'],
    [['audit', 'a.example', '--fail-on', 'x'], '--fail-on does not know "x"'],
    [['audit', '--file', '/nonexistent/list'], 'cannot read /nonexistent/list'],
  ])('%j is bad usage', async (args, message) => {
    const { exitCode, out, err } = await cli.run(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain(message);
  });

  test('--all takes every domain of the configuration, each in its role', async () => {
    const config = cli.write(
      'all.yaml',
      'domains:\n  unused: [a.example, live.example]\n  sending: {open.example: {outbound: [192.0.2.1]}}\n',
    );
    const { out } = await cli.run('--config', config, 'audit', '--all', '--json', '--verbose');
    const { domains, summary } = JSON.parse(out);
    const seen = domains.map((one: { domain: string; role: string; status: string }) => [
      one.domain,
      one.role,
      one.status,
    ]);
    expect(seen).toEqual([
      ['a.example', 'unused', 'locked'],
      ['live.example', 'unused', 'open'],
      ['open.example', 'sending', 'live'],
    ]);
    expect(summary).toMatchObject({ domains: 3, locked: 1, partly: 0, open: 1, live: 1, unknown: 0 });
    expect(domains[0].facts.mx).toEqual({ kind: 'null', hosts: [], hasNullBesideOthers: false });
  });

  test('a bad line in a file is named', async () => {
    const { err } = await cli.run('audit', '--file', cli.write('bad', 'a.example\nnot a domain\n'));
    expect(err).toContain('"not a domain" (line 2 of ');
  });

  test('what a stranger publishes never reaches the terminal raw', async () => {
    const evil = zoneCli(
      'evil.example. TXT "v=spf1 a:\\027[31m.example -all"\n_dmarc.evil.example. TXT "v=dmarc1 \\027]0;x\\007"',
    );
    clis.push(evil);
    expect((await evil.run('audit', 'evil.example')).out).not.toMatch(/(?!\n)\p{Cc}/u);
  });
});
