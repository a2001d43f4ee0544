import type { ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endProcess, nodeForEveryone, runUnsent, startUnsent, unsentBin, waitForStderr } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';
import { hasPostfix, type Postfix, startPostfix } from '../support/postfix.ts';
import { needs } from '../support/require.ts';
import { smtpSession, type XClient } from '../support/smtp.ts';

// The senders that the sessions below claim to be.
const ZONE = `
pass.example.    300 IN TXT "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8:1::/48 -all"
fail.example.    300 IN TXT "v=spf1 -all exp=why.fail.example"
why.fail.example. 300 IN TXT "%{i} may not send as %{d}"
soft.example.    300 IN TXT "v=spf1 ~all"
none.example.    300 IN A 192.0.2.1
broken.example.  300 IN TXT "v=spf1 ip4: 192.0.2.1 -all"
temp.example.    300 IN CNAME temp.example.
mx.pass.example. 300 IN TXT "v=spf1 ip4:192.0.2.7 -all"
mx.fail.example. 300 IN TXT "v=spf1 -all"
bank.example.pass.example. 300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
`;

const CONFIG = `
domains:
  unused: [parked.example]
policy:
  preset: standard
  recipients: { strict@example.com: { preset: strict } }
`;

const FROM_V4: XClient = { address: '192.0.2.7', helo: 'mx.pass.example' };
const FROM_V6: XClient = { address: '2001:db8:1::7', helo: 'mail.none.example' };
const STRANGER_V6: XClient = { address: '2001:db8:2::9', helo: 'bot.none.example' };
const STRANGER: XClient = { address: '203.0.113.9', helo: 'bot.none.example' };

describe.skipIf(!needs('a Postfix from Debian that may be started (as root)', hasPostfix()))('a real Postfix', () => {
  let folder: string;
  let daemon: ChildProcess;
  let postfix: Postfix;
  const ports = { inet: 0, unix: 0, spawn: 0 };
  let policyPort = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unsent-policyd-'));
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'zone.txt'), ZONE);
    await writeFile(join(folder, 'unsent.yaml'), CONFIG);
    for (const way of ['inet', 'unix', 'spawn'] as const) ports[way] = await freePort();
    policyPort = await freePort();
    const socketPath = join(folder, 'policy.sock');
    const options = ['--config', join(folder, 'unsent.yaml'), '--dns', `zone:${join(folder, 'zone.txt')}`, 'policyd'];
    const listen = ['--listen', `inet:127.0.0.1:${policyPort}`, `unix:${socketPath}`, '--socket-mode', '0666'];
    daemon = startUnsent([...options, ...listen]);
    await waitForStderr(daemon, /listening at/);
    const argv = [nodeForEveryone(), unsentBin, ...options, '--stdio'].join(' ');
    postfix = await startPostfix({
      services: [
        { port: ports.inet, policyService: `inet:127.0.0.1:${policyPort}` },
        { port: ports.unix, policyService: `unix:${socketPath}` },
        { port: ports.spawn, policyService: 'unix:private/policy-spawn' },
      ],
      domains: ['example.com', 'parked.example'],
      masterLines: [`policy-spawn unix - n n - 0 spawn user=nobody argv=${argv}`],
    });
  }, 60_000);

  afterAll(async () => {
    await postfix?.stop();
    if (daemon !== undefined) await endProcess(daemon);
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(['inet', 'unix', 'spawn'] as const)('asks over %s', (way) => {
    test.each<[string, XClient, string, string, RegExp]>([
      ['pass', FROM_V4, 'a@pass.example', 'u@example.com', /^250 2\.1\.5/],
      ['pass over IPv6', FROM_V6, 'a@pass.example', 'u@example.com', /^250 2\.1\.5/],
      [
        'fail',
        STRANGER,
        'a@fail.example',
        'u@example.com',
        /^550 5\.7\.23 .*fail\.example explains: 203\.0\.113\.9 may not send as fail\.example/,
      ],
      ['fail over IPv6', STRANGER_V6, 'a@pass.example', 'u@example.com', /^550 5\.7\.23 .*2001:db8:2::9 may not send/],
      ['softfail', STRANGER, 'a@soft.example', 'u@example.com', /^250 2\.1\.5/],
      ['none', STRANGER, 'a@none.example', 'u@example.com', /^250 2\.1\.5/],
      ['permerror', STRANGER, 'a@broken.example', 'u@example.com', /^250 2\.1\.5/],
      ['permerror, strict', STRANGER, 'a@broken.example', 'strict@example.com', /^550 5\.7\.24 /],
      ['temperror', STRANGER, 'a@temp.example', 'u@example.com', /^250 2\.1\.5/],
      ['temperror, strict', STRANGER, 'a@temp.example', 'strict@example.com', /^450 4\.7\.24 /],
      [
        'a recipient elsewhere',
        STRANGER,
        'a@fail.example',
        'u@elsewhere.example',
        /^454 4\.7\.1 .*Relay access denied/,
      ],
      [
        'a bounce to a parked domain',
        FROM_V4,
        '',
        'u@parked.example',
        /^554 5\.7\.1 .*parked\.example sends no mail; this bounce answers a forgery/,
      ],
      ['a bounce to its postmaster', FROM_V4, '', 'postmaster@parked.example', /^250 2\.1\.5/],
      ['a bounce to a live domain', FROM_V4, '', 'u@example.com', /^250 2\.1\.5/],
      ['a HELO that fails', { ...STRANGER, helo: 'mx.fail.example' }, '', 'u@example.com', /^550 5\.7\.23/],
      [
        'a sender of our own parked domain',
        STRANGER,
        'ceo@parked.example',
        'u@example.com',
        /^554 5\.7\.1 .*parked\.example sends no mail/,
      ],
    ])('%s', async (_, client, sender, recipient, reply) => {
      const session = await smtpSession(ports[way], client);
      await session.say(`MAIL FROM:<${sender}>`);
      expect(await session.say(`RCPT TO:<${recipient}>`)).toMatch(reply);
      await session.quit();
    });
  });

  test.each<[string, 'inet' | 'unix' | 'spawn', XClient, string, RegExp]>([
    ['pass', 'inet', FROM_V6, 'a@pass.example', /^Received-SPF: pass .*client-ip="2001:db8:1::7";/],
    [
      'softfail',
      'unix',
      STRANGER,
      'a@soft.example',
      /^Received-SPF: softfail .*identity=mailfrom; client-ip=203\.0\.113\.9;/,
    ],
    ['none', 'spawn', STRANGER, 'a@none.example', /^Received-SPF: none .*identity=mailfrom;/],
    ['permerror', 'inet', STRANGER, 'a@broken.example', /^Received-SPF: permerror .*identity=mailfrom;/],
    ['temperror', 'unix', STRANGER, 'a@temp.example', /^Received-SPF: temperror .*identity=mailfrom;/],
    [
      'a local part that fills the line',
      'inet',
      FROM_V4,
      `${'a'.repeat(353)}@bank.example.pass.example`,
      /^Received-SPF: pass .*envelope-from="a{353}@bank\.example\.pass\.example"; .*mechanism="ip4:192\.0\.2\.0\/24";/,
    ],
    [
      'a local part that does not fit',
      'unix',
      FROM_V4,
      `${'a'.repeat(900)}@bank.example.pass.example`,
      /^Received-SPF: pass identity=mailfrom; .*envelope-from="a+\.{3}@bank\.example\.pass\.example"; .*mechanism=/,
    ],
    ['null sender', 'spawn', FROM_V4, '', /^Received-SPF: pass .*identity=helo;/],
  ])('the delivered file says: %s, asked over %s', async (result, way, client, sender, header) => {
    const session = await smtpSession(ports[way], client);
    await session.say(`MAIL FROM:<${sender}>`);
    await session.say('RCPT TO:<u@example.com>');
    await session.say('DATA');
    const subject = `delivered ${result} ${way}`;
    expect(await session.sendText(`Subject: ${subject}\n\nhello`)).toMatch(/^250/);
    await session.quit();
    expect(await headersOf(postfix, subject)).toEqual([expect.stringMatching(header)]);
  });

  test('a message for several recipients gets one header, with what was found', async () => {
    const session = await smtpSession(ports.inet, FROM_V4);
    await session.say('MAIL FROM:<a@pass.example>');
    for (const user of ['u1', 'u2', 'u3']) expect(await session.say(`RCPT TO:<${user}@example.com>`)).toMatch(/^250/);
    expect(await session.say('DATA')).toMatch(/^354/);
    expect(await session.sendText('Subject: several recipients\n\nhello')).toMatch(/^250/);
    await session.quit();
    const headers = await headersOf(postfix, 'several recipients');
    expect(headers).toHaveLength(1);
    expect(headers[0]).toMatch(/^Received-SPF: pass .*identity=mailfrom; client-ip=192\.0\.2\.7;/);
  });

  test('forty sessions at once all get their answer', async () => {
    const replies = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const session = await smtpSession(ports.inet, index % 2 === 0 ? FROM_V4 : STRANGER);
        await session.say(`MAIL FROM:<${index % 2 === 0 ? 'a@pass.example' : 'a@fail.example'}>`);
        const reply = await session.say('RCPT TO:<u@example.com>');
        await session.quit();
        return reply.slice(0, 3);
      }),
    );
    expect(replies).toEqual(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? '250' : '550')));
  });

  test('the doctor finds every service asked at the right place, and answering', async () => {
    const options = ['--config', join(folder, 'unsent.yaml'), '--json', 'doctor', 'postfix'];
    const service = ['--service', `inet:127.0.0.1:${policyPort}`, `unix:${join(folder, 'policy.sock')}`];
    const { stdout } = await runUnsent([...options, '--postfix-config', join(postfix.folder, 'etc'), ...service]);
    const { checks }: { checks: { id: string; state: string }[] } = JSON.parse(stdout);
    const statesOf = (id: string): string[] => checks.filter((check) => check.id === id).map(({ state }) => state);
    expect(checks.filter(({ state }) => state === 'failure')).toEqual([]);
    for (const id of ['policy-called', 'policy-order', 'policy-answers'])
      expect(statesOf(id)).toEqual(['ok', 'ok', 'ok']);
    expect(statesOf('spawn-config')).toEqual(['ok']);
  });

  test('Postfix has nothing to complain about the policy service', async () => {
    const complaints = (await postfix.log())
      .split('\n')
      .filter((line) => /warning|fatal|error:/.test(line) && /policy|spawn/.test(line));
    expect(complaints).toEqual([]);
  });
});

/** The Received-SPF fields, unfolded, of the delivered message with this subject. */
async function headersOf(postfix: Postfix, subject: string): Promise<readonly string[]> {
  const text = await waitForMail(postfix, new RegExp(`^Subject: ${subject}$`, 'm'));
  const message = text.split(/^From /m).find((one) => one.includes(`Subject: ${subject}\n`)) ?? '';
  return message.replaceAll(/\n[ \t]+/g, ' ').match(/^Received-SPF: .*$/gm) ?? [];
}

async function waitForMail(postfix: Postfix, pattern: RegExp): Promise<string> {
  for (let i = 0; i < 100; i++) {
    const text = await postfix.mailbox();
    if (pattern.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no such mail arrived\n${await postfix.log()}`);
}
