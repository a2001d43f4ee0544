import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findProgram, needs } from '../../../../test/support/require.ts';
import { runCli } from '../../src/cli.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

const ASKS = 'check_policy_service { inet:127.0.0.1:10040, default_action=DUNNO }';
const GOOD = `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, ${ASKS}`;
const SMTP = 'smtp inet n - n - - smtpd';
const ASKS_SPAWN = 'smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service unix:private/unsent';
const SPAWN = 'unsent unix - n n - 0 spawn user=nobody argv=/usr/bin/unsent policyd --stdio';

const OWN_MAIL =
  'smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, permit_auth_destination, reject';

type Row = readonly [title: string, main: string, master: string, id: string, state: string, what: RegExp];

let folder: string;
let server: Server | null = null;
const seen = new Map<string, Found>();
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-doctor-'));
  chmodSync(folder, 0o755);
});

afterEach(async () => {
  await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  server = null;
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!needs('Postfix from Debian', findProgram('postconf') !== null))('doctor postfix', () => {
  test.each<Row>([
    [
      'asks at the right place',
      GOOD,
      SMTP,
      'policy-called',
      'ok',
      /smtp\/inet asks inet:127\.0\.0\.1:10040 in smtpd_rec/,
    ],
    [
      'asks nowhere',
      'smtpd_recipient_restrictions = permit_mynetworks',
      SMTP,
      'policy-called',
      'failure',
      /does not ask/,
    ],
    [
      'a bare permit stands before it',
      `smtpd_recipient_restrictions = reject_unauth_destination, permit, ${ASKS}`,
      SMTP,
      'policy-called',
      'failure',
      /never gets there/,
    ],
    [
      'a restriction class holds it',
      `smtpd_restriction_classes = spf\nspf = ${ASKS}\nsmtpd_recipient_restrictions = reject_unauth_destination, spf`,
      SMTP,
      'policy-called',
      'ok',
      /asks inet/,
    ],
    [
      '-o of master.cf beats main.cf',
      GOOD,
      `${SMTP} -o smtpd_recipient_restrictions=reject_unauth_destination`,
      'policy-called',
      'failure',
      /does not ask/,
    ],
    [
      '-o with braces and a parameter of its own',
      `mine = reject_unauth_destination, ${ASKS}`,
      `${SMTP} -o { smtpd_recipient_restrictions = $mine }`,
      'policy-called',
      'ok',
      /\(master\.cf\)/,
    ],
    [
      'submission needs no check',
      GOOD,
      'submission inet n - n - - smtpd -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject',
      'policy-called',
      'ok',
      /need not: smtpd_recipient_restrictions takes no mail of strangers/,
    ],
    [
      'a content filter’s way back needs none',
      '',
      '127.0.0.1:10025 inet n - n - - smtpd -o smtpd_recipient_restrictions=permit_mynetworks',
      'policy-called',
      'ok',
      /only this host reaches it/,
    ],
    [
      'behind postscreen',
      GOOD,
      'smtp inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd',
      'policy-called',
      'ok',
      /smtpd\/pass/,
    ],
    ['at DATA', `smtpd_data_restrictions = ${ASKS}`, SMTP, 'policy-called', 'warning', /too late to refuse single/],
    ['asks after the guard', GOOD, SMTP, 'policy-order', 'ok', /after relay attempts/],
    [
      'the guard is in the relay list, which comes first',
      `smtpd_recipient_restrictions = ${ASKS}`,
      SMTP,
      'policy-order',
      'ok',
      /after relay attempts/,
    ],
    [
      'the relay list comes last at an old compatibility level',
      `compatibility_level = 2\nsmtpd_recipient_restrictions = ${ASKS}`,
      SMTP,
      'policy-order',
      'warning',
      /checked for nothing/,
    ],
    [
      'before the guard, and no open relay',
      `smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = ${ASKS}, reject_unauth_destination`,
      SMTP,
      'policy-order',
      'warning',
      /It opens no relay/,
    ],
    [
      'among the senders',
      `smtpd_sender_restrictions = ${ASKS}`,
      SMTP,
      'policy-order',
      'warning',
      /smtpd_sender_restrictions/,
    ],
    [
      'before the guard is not an open relay',
      `smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = ${ASKS}, reject_unauth_destination`,
      SMTP,
      'relay',
      'ok',
      /relays for nobody/,
    ],
    [
      'a permit in both lists is one',
      'smtpd_relay_restrictions = permit\nsmtpd_recipient_restrictions = permit_mynetworks, permit, reject_unauth_destination',
      SMTP,
      'relay',
      'failure',
      /open relay: smtpd_relay_restrictions permits everybody \(permit\)/,
    ],
    ['a permit in one list is none', 'smtpd_recipient_restrictions = permit', SMTP, 'relay', 'ok', /relays for nobody/],
    [
      'warn_if_reject before the only guard',
      'smtpd_relay_restrictions = warn_if_reject reject_unauth_destination\nsmtpd_recipient_restrictions =',
      SMTP,
      'relay',
      'failure',
      /ends without reject_unauth_destination/,
    ],
    [
      'mynetworks holds everybody',
      'mynetworks = 0.0.0.0/0\nsmtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination',
      SMTP,
      'relay',
      'failure',
      /mynetworks, which holds everybody/,
    ],
    [
      'a table before the only guard',
      'smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = check_client_access hash:/x, reject_unauth_destination',
      SMTP,
      'relay',
      'warning',
      /OK from hash:\/x/,
    ],
    [
      'a table after the guard of another list',
      'smtpd_relay_restrictions = reject_unauth_destination\nsmtpd_recipient_restrictions = hash:/x',
      SMTP,
      'relay',
      'ok',
      /relays for nobody/,
    ],
    ['mail flows while it is down', GOOD, SMTP, 'policy-default-action', 'ok', /DUNNO/],
    [
      'mail waits while it is down',
      'smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service inet:127.0.0.1:10040',
      SMTP,
      'policy-default-action',
      'warning',
      /451 4\.3\.5/,
    ],
    [
      'mail is lost while it is down',
      `smtpd_policy_service_default_action = 550 no\n${GOOD.replace(', default_action=DUNNO', '')}`,
      SMTP,
      'policy-default-action',
      'failure',
      /all mail is lost/,
    ],
    ['the default time-out', GOOD, SMTP, 'policy-timeout', 'ok', /100 s/],
    ['a short time-out', GOOD.replace('default', 'timeout=10s, default'), SMTP, 'policy-timeout', 'warning', /is 10 s/],
    ['sane limits', GOOD, SMTP, 'policy-limits', 'ok', /sane/],
    [
      'idle for longer than we allow',
      `smtpd_policy_service_max_idle = 10m\n${GOOD}`,
      SMTP,
      'policy-limits',
      'warning',
      /600 s/,
    ],
    [
      'permit_auth_destination ends the relay list alone',
      `${OWN_MAIL}\nsmtpd_recipient_restrictions = ${ASKS}`,
      SMTP,
      'policy-called',
      'ok',
      /asks inet/,
    ],
    [
      'permit_auth_destination lets strangers’ mail for our own domains in',
      OWN_MAIL,
      SMTP,
      'policy-called',
      'failure',
      /does not ask/,
    ],
    [
      'permit_auth_destination stands before it',
      `smtpd_recipient_restrictions = permit_mynetworks, permit_auth_destination, ${ASKS}, reject`,
      SMTP,
      'policy-called',
      'failure',
      /never gets there/,
    ],
    [
      'permit_mx_backup stands before it, and permits our own domains too',
      `smtpd_recipient_restrictions = permit_mx_backup, ${ASKS}, reject`,
      SMTP,
      'policy-called',
      'failure',
      /never gets there/,
    ],
    ['permit_auth_destination relays for nobody', OWN_MAIL, SMTP, 'relay', 'ok', /relays for nobody/],
    [
      'defer_if_permit before it only sets a flag',
      `smtpd_recipient_restrictions = reject_unauth_destination, defer_if_permit, ${ASKS}`,
      SMTP,
      'policy-called',
      'ok',
      /asks inet/,
    ],
    [
      'defer_if_permit takes nothing in the end',
      'smtpd_recipient_restrictions = reject_unauth_destination, defer_if_permit, permit',
      SMTP,
      'policy-called',
      'ok',
      /need not: smtpd_recipient_restrictions takes no mail/,
    ],
    [
      'warn_if_reject before it',
      `smtpd_recipient_restrictions = reject_unauth_destination, warn_if_reject ${ASKS}`,
      SMTP,
      'policy-called',
      'warning',
      /behind warn_if_reject/,
    ],
    [
      'a table may return the class that holds it',
      `smtpd_restriction_classes = spf\nspf = ${ASKS}\nsmtpd_recipient_restrictions = reject_unauth_destination, check_recipient_access hash:/x`,
      SMTP,
      'policy-called',
      'warning',
      /in the class spf/,
    ],
    [
      'a class that nothing can return',
      `smtpd_restriction_classes = spf\nspf = ${ASKS}\nsmtpd_recipient_restrictions = reject_unauth_destination`,
      SMTP,
      'policy-called',
      'failure',
      /does not ask/,
    ],
    [
      'asks by the name localhost',
      GOOD.replace('127.0.0.1', 'localhost'),
      SMTP,
      'policy-called',
      'ok',
      /localhost:10040/,
    ],
    [
      'no smtpd runs',
      `master_service_disable = inet\n${GOOD}`,
      SMTP,
      'policy-called',
      'failure',
      /master_service_disable is "inet"/,
    ],
    ['this smtpd runs', `master_service_disable = !smtp/inet, inet\n${GOOD}`, SMTP, 'policy-called', 'ok', /asks inet/],
    ...['127.0.0.1, [::1]', 'localhost, 127.0.0.1', 'loopback-only'].map(
      (interfaces): Row => [
        `only this host reaches ${interfaces}`,
        `inet_interfaces = ${interfaces}\nsmtpd_recipient_restrictions = permit_mynetworks`,
        SMTP,
        'policy-called',
        'ok',
        /only this host reaches it/,
      ],
    ),
    [
      'a space around = in its braces, at which smtpd ends',
      GOOD.replace('default_action=DUNNO', 'default_action = DUNNO'),
      SMTP,
      'policy-options',
      'failure',
      /"default_action" in its braces is no name=value/,
    ],
    [
      'a space around = in braces of its own',
      GOOD.replace('default_action=DUNNO', '{ default_action = DUNNO }'),
      SMTP,
      'policy-default-action',
      'ok',
      /DUNNO/,
    ],
    ['nobody listens', GOOD, SMTP, 'policy-answers', 'failure', /ECONNREFUSED/],
    [
      'another service is not ours',
      GOOD.replaceAll('10040', '10023'),
      SMTP,
      'policy-called',
      'failure',
      /does not ask/,
    ],
  ])('%s', async (_, main, master, id, state, what) => {
    const { checks } = await examineOnce(main, master);
    const found = checks.filter((check) => check.id === id);
    expect(found.map((check) => check.state)).toEqual([state]);
    expect(found[0]?.what).toMatch(what);
  });

  test.each<[string, string, string, string, string, RegExp]>([
    ['killed after 1000 s', '', SPAWN, 'spawn-time-limit', 'warning', /1000 s/],
    ['kept', 'unsent_time_limit = 1h', SPAWN, 'spawn-time-limit', 'ok', /3600 s/],
    ['too few processes', '', SPAWN.replace(' 0 ', ' 5 '), 'spawn-processes', 'warning', /5 processes/],
    ['chrooted', '', SPAWN.replace('n n -', 'n y -'), 'spawn-chroot', 'failure', /chrooted/],
    ['no such user', '', SPAWN.replace('nobody', 'nosuchuser'), 'spawn-user', 'failure', /"nosuchuser"/],
    ['root', '', SPAWN.replace('nobody', 'root'), 'spawn-user', 'failure', /refuses/],
    ['the user of Postfix', '', SPAWN.replace('nobody', 'postfix'), 'spawn-user', 'failure', /refuses/],
    ['no such group', '', SPAWN.replace('nobody', 'nobody:nosuchgroup'), 'spawn-user', 'failure', /"nosuchgroup"/],
    ['the group of root', '', SPAWN.replace('nobody', 'nobody:root'), 'spawn-user', 'failure', /that of root/],
    [
      'the group of Postfix',
      '',
      SPAWN.replace('nobody', 'nobody:postfix'),
      'spawn-user',
      'failure',
      /Postfix's own user/,
    ],
    ['a group of its own', '', SPAWN.replace('nobody', 'nobody:daemon'), 'spawn-user', 'ok', /as nobody:daemon/],
    [
      'a program that is not there',
      '',
      SPAWN.replace('/usr/bin', '/nowhere'),
      'spawn-program',
      'failure',
      /cannot run/,
    ],
    ['not running', '', SPAWN, 'policy-answers', 'failure', /no answer/],
  ])('spawn: %s', async (_, main, line, id, state, what) => {
    const { checks } = await examineOnce(`${ASKS_SPAWN}\n${main}`, `${SMTP}\n${line}`);
    const found = checks.filter((check) => check.id === id);
    expect(found.map((check) => check.state)).toEqual([state]);
    expect(found[0]?.what).toMatch(what);
  });

  test('spawn: the user must be able to read the configuration that argv names', async () => {
    const config = join(folder, 'secret.yaml');
    writeFileSync(config, '', { mode: 0o600 });
    const spawn = SPAWN.replace('policyd', `--config ${config} policyd`);
    const states = async (): Promise<(string | undefined)[]> =>
      (await examine(ASKS_SPAWN, `${SMTP}\n${spawn}`)).checks
        .filter(({ id }) => id === 'spawn-config')
        .map(({ state }) => state);
    expect(await states()).toEqual(['failure']);
    chmodSync(config, 0o644);
    expect(await states()).toEqual(['ok']);
  });

  /** A user with a group beside the one of passwd(5), as PostgreSQL's packages make one. */
  const member = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([group, , , users]) => group !== 'root' && users !== undefined && users !== '' && group !== users);

  test.skipIf(process.getuid?.() !== 0 || member === undefined)(
    'spawn: the other groups of the user do not count, and a named one does',
    async () => {
      const [group = '', , gid, users = ''] = member ?? [];
      const user = users.split(',', 1)[0] ?? '';
      const config = join(folder, 'secret.yaml');
      writeFileSync(config, '', { mode: 0o640 });
      chownSync(config, 0, Number(gid));
      const stateAs = async (who: string): Promise<string | undefined> => {
        const spawn = SPAWN.replace('policyd', `--config ${config} policyd`).replace('user=nobody', `user=${who}`);
        return (await examine(ASKS_SPAWN, `${SMTP}\n${spawn}`)).checks.find(({ id }) => id === 'spawn-config')?.state;
      };
      expect(await stateAs(user)).toBe('failure');
      expect(await stateAs(`${user}:${group}`)).toBe('ok');
    },
  );

  test('a socket outside the chroot of smtpd is not found there', async () => {
    const path = join(folder, 'unsent.sock');
    await answerAt(path);
    chmodSync(path, 0o666);
    const main = `smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service unix:${path}`;
    expect((await examine(main, SMTP)).checks.map(({ id, state }) => [id, state])).toContainEqual([
      'policy-answers',
      'ok',
    ]);
    expect((await examine(main, SMTP)).checks.map(({ id }) => id)).not.toContain('policy-socket');
    const jailed = await examine(main, SMTP.replace('n - n', 'n - y'));
    expect(jailed.checks.find(({ id }) => id === 'policy-socket')?.what).toMatch(/chroot/);
    chmodSync(path, 0o600);
    expect((await examine(main, SMTP)).checks.find(({ id }) => id === 'policy-socket')?.what).toMatch(
      /postfix may not use/,
    );
  });

  test.each<[string, string, string]>([
    ['nothing strips', '', 'warning'],
    ['a milter may', 'smtpd_milters = inet:127.0.0.1:8891', 'ok'],
    ['header_checks strip ours too', 'header_checks = regexp:FOLDER/checks', 'failure'],
  ])('forged Authentication-Results: %s', async (_, main, state) => {
    writeFileSync(join(folder, 'checks'), '/^Authentication-Results:.*mx/ IGNORE\n');
    const config = 'policy:\n  header: { kind: authentication-results }\n';
    const { checks } = await examine(`${GOOD}\n${main.replace('FOLDER', folder)}`, SMTP, config);
    expect(checks.find(({ id }) => id === 'forged-results')?.state).toBe(state);
  });

  test.each<[string, string, readonly string[]]>([
    [
      'after the guard',
      'permit_mynetworks, reject_unauth_destination, reject_rbl_client dnsbl.example',
      ['permit_mynetworks', 'reject_unauth_destination', ASKS, 'reject_rbl_client dnsbl.example'],
    ],
    [
      'before lists of known good hosts, with their arguments',
      'permit_mynetworks, permit_dnswl_client list.example=127.0.[0..255].[1..3], reject_rbl_client dnsbl.example',
      [
        'permit_mynetworks',
        ASKS,
        'permit_dnswl_client list.example=127.0.[0..255].[1..3]',
        'reject_rbl_client dnsbl.example',
      ],
    ],
    [
      'before what permits mail to our own domains',
      'permit_mynetworks, permit_auth_destination, reject_unauth_destination',
      ['permit_mynetworks', ASKS, 'permit_auth_destination', 'reject_unauth_destination'],
    ],
    [
      'with the arguments of every other step',
      'reject_unauth_destination, permit_rhswl_client white.example, sleep 1, check_recipient_maps, warn_if_reject reject_rhsbl_sender black.example',
      [
        'reject_unauth_destination',
        ASKS,
        'permit_rhswl_client white.example',
        'sleep 1',
        'check_recipient_maps',
        'warn_if_reject reject_rhsbl_sender black.example',
      ],
    ],
  ])('prints the lines to add where they belong: %s', async (_, list, steps) => {
    const main = `smtpd_relay_restrictions = reject_unauth_destination\nsmtpd_recipient_restrictions = ${list}`;
    const { lines } = await examine(main, SMTP);
    expect(lines[0]?.lines).toEqual([
      'smtpd_recipient_restrictions =',
      ...steps.map((step, index) => `    ${step}${index === steps.length - 1 ? '' : ','}`),
    ]);
    const mended = `${main.split('\n').slice(0, -1).join('\n')}\n${lines[0]?.lines.join('\n') ?? ''}`;
    expect((await examine(mended, SMTP)).lines).toEqual([]);
  });

  test('says for people what is wrong and what to do, and ends with 1', async () => {
    const { exitCode, out } = await run(GOOD, SMTP);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^ok {7}smtp\/inet asks after relay attempts are refused\.$/m);
    expect(out).toMatch(/^failure {2}no answer from inet:127\.0\.0\.1:10040/m);
    expect(out).toMatch(/^ {9}→ Start it/m);
  });

  test('a folder without Postfix is one clear line', async () => {
    const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
    const exitCode = await runCli(['doctor', 'postfix', '--postfix-config', join(folder, 'no')], surroundings, '1.2.3');
    expect(exitCode).toBe(1);
    expect(surroundings.stderr.text()).toMatch(/^unsent: postconf failed: .*No such file/);
  });
});

type Found = {
  readonly checks: readonly { readonly id: string; readonly state: string; readonly what: string }[];
  readonly lines: readonly { readonly lines: readonly string[] }[];
};

/** What is found in a configuration; the same one is looked at once for all rows of a table. */
async function examineOnce(main: string, master: string): Promise<Found> {
  const key = `${main}\0${master}`;
  const found = seen.get(key) ?? (await examine(main, master));
  seen.set(key, found);
  return found;
}

async function examine(main: string, master: string, config = ''): Promise<Found> {
  return JSON.parse((await run(main, master, config, ['--json'])).out);
}

async function run(main: string, master: string, config = '', options: string[] = []) {
  const postfix = join(folder, 'postfix');
  mkdirSync(postfix, { recursive: true });
  // Without a level Postfix has the defaults of long ago, and without a name it asks DNS for one.
  writeFileSync(join(postfix, 'main.cf'), `myhostname = mx.example.com\ncompatibility_level = 3.6\n${main}\n`);
  // A main.cf of this very second is read again, after a wait, until it stays as it is: 2 s for each row.
  utimesSync(join(postfix, 'main.cf'), 1_700_000_000, 1_700_000_000);
  writeFileSync(join(postfix, 'master.cf'), `${master}\n`);
  writeFileSync(join(folder, 'unsent.yaml'), config);
  const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
  const args = ['--config', 'unsent.yaml', ...options, 'doctor', 'postfix', '--postfix-config', postfix];
  const service = ['--service', `unix:${join(folder, 'unsent.sock')}`];
  const exitCode = await runCli([...args, ...service], surroundings, '1.2.3');
  return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
}

/** A policy service that says DUNNO to everything. */
async function answerAt(path: string): Promise<void> {
  server = createServer((socket) => socket.on('data', () => socket.end('action=DUNNO\n\n')));
  await new Promise<void>((resolve) => server?.listen(path, resolve));
}
