import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { bounceTo, letterTo } from '../../packages/unsent/test/support/mail.ts';
import { type CliResult, runUnsent } from '../support/cli.ts';
import { type Dovecot, hasDovecot, startDovecot } from '../support/dovecot.ts';
import { freePort } from '../support/ports.ts';
import { postgresPrograms, startPostgres } from '../support/postgres.ts';
import { needs } from '../support/require.ts';

const hasPostgres = needs('PostgreSQL', (await postgresPrograms()) !== null);

describe.runIf(needs('Dovecot, started as root', hasDovecot()))('unsent scan imaps://', { timeout: 60_000 }, () => {
  let dovecot: Dovecot;
  let folder = '';
  let server = '';
  beforeAll(async () => {
    dovecot = await startDovecot();
    server = `imaps://${dovecot.userInAddress}@127.0.0.1:${dovecot.ports.imaps}`;
    dovecot.doveadm('mailbox', 'create', '-u', dovecot.user, 'Old.Bounces');
    for (let number = 0; number < 4; number++) {
      await dovecot.deliver(bounceTo('info@parked.example', '203.0.113.9', number));
    }
    await dovecot.deliver(letterTo('anna@shop.example'));
    await dovecot.deliver(bounceTo('info@parked.example', '203.0.113.9', 9), 'Old.Bounces');
  }, 60_000);
  afterAll(() => dovecot.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'unsent-imap-'));
    const made = folder;
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
  });

  /** Scans with a configuration that has `mailboxes` as given. */
  function scan(mailboxes: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<CliResult> {
    const config = join(folder, 'unsent.yaml');
    writeFileSync(config, `domains:\n  unused: [parked.example]\nmailboxes:\n${mailboxes.replace(/^/gm, '  ')}\n`);
    const globals = [
      '--config',
      config,
      '--state',
      join(folder, 'state.db'),
      '--dns',
      `zone:${join(folder, 'dns.txt')}`,
    ];
    return runUnsent(['scan', ...globals, ...args], { env });
  }

  function account(path: string, ...keys: readonly string[]): string {
    return [`- address: ${server}${path}`, `ca: ${dovecot.certificate}`, ...keys].join('\n  ');
  }

  test('reads the mailboxes of the configuration, once', async () => {
    const mailbox = account('', 'password: {env: SECRET}', 'folders: [INBOX, Old/*]');
    const first = await scan(mailbox, [], { SECRET: dovecot.password });
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toMatch(/^6 new messages: 5 bounces, 5 backscatter \(2 mailboxes, /);
    const second = await scan(mailbox, ['--quiet'], { SECRET: dovecot.password });
    expect(second).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  test.runIf(hasPostgres)(
    'is read by workers that have the account in their configuration, and by no others',
    async () => {
      const database = await startPostgres();
      onTestFinished(() => database.stop());
      const run = (config: string, args: readonly string[]): Promise<CliResult> => {
        const path = join(folder, 'worker.yaml');
        writeFileSync(path, `domains:\n  unused: [parked.example]\n${config}`);
        const globals = ['--config', path, '--state', database.url, '--dns', `zone:${join(folder, 'dns.txt')}`];
        return runUnsent([...globals, ...args], { env: { SECRET: dovecot.password, UNSENT_IMAP_PASSWORD: 'none' } });
      };
      const mailbox = account('', 'password: {env: SECRET}', 'folders: [INBOX, Old/*]');
      const configured = `mailboxes:\n${mailbox.replace(/^/gm, '  ')}\n`;
      const enqueue = ['scan', '--enqueue', '--piece', '2', '--retries', '0'];
      const enqueued = await run(configured, enqueue);
      expect(enqueued.stdout).toMatch(/INBOX: 3 pieces, 5 messages\n.*Old\.Bounces: 1 piece, 1 message\n/);
      const stranger = await run('', ['worker', '--drain']);
      expect(stranger.exitCode).toBe(1);
      expect(stranger.stderr).toContain('is not among the mailboxes in the configuration of this host');
      expect(await run(configured, enqueue)).toMatchObject({ stdout: enqueued.stdout });
      expect(await run(configured, ['worker', '--drain'])).toMatchObject({
        stderr: expect.stringMatching(/^unsent: worker .*\n$/),
        exitCode: 0,
      });
      expect(database.psql('SELECT count(*) FROM unsent.event')).toBe('6');
      expect((await run(configured, ['scan', '--enqueue'])).stdout).toMatch(/INBOX: nothing new\n.*: nothing new\n/);
    },
  );

  test('names each message by folder and number', async () => {
    const { stdout } = await scan(account('/*', 'password: {env: SECRET}'), ['--json'], { SECRET: dovecot.password });
    const ids = stdout
      .trim()
      .split('\n')
      .map((line) => String(JSON.parse(line).id));
    expect(ids).toHaveLength(6);
    expect(ids.filter((id) => /\/INBOX;UIDVALIDITY=\d+\/;UID=[1-5]$/.test(id))).toHaveLength(5);
    expect(ids.filter((id) => /\/Old\.Bounces;UIDVALIDITY=\d+\/;UID=1$/.test(id))).toHaveLength(1);
  });

  test('takes a password from file, command and environment, and a token from a command', async () => {
    const [file, token] = [join(folder, 'password'), join(folder, 'token')];
    writeFileSync(file, `${dovecot.password}\n`);
    writeFileSync(token, dovecot.password);
    const again = ['--again', '--quiet'];
    for (const key of [
      `password: {file: ${file}}`,
      `password: {command: cat ${file}}`,
      `token: {command: cat ${token}}`,
    ]) {
      expect(await scan(account('/INBOX', key), again)).toMatchObject({ exitCode: 0, stderr: '' });
    }
    const address = `${server}/INBOX`;
    for (const flags of [
      ['--password-file', file],
      ['--password-command', `cat ${file}`],
      ['--token-command', `cat ${token}`],
    ]) {
      expect(await scan(account('/INBOX'), [...again, ...flags, address])).toMatchObject({ exitCode: 0, stderr: '' });
    }
    const env = { UNSENT_IMAP_PASSWORD: dovecot.password };
    expect(await scan(account('/INBOX'), [...again, address], env)).toMatchObject({ exitCode: 0, stderr: '' });
    const methods = (await dovecot.log()).match(/method=XOAUTH2/g);
    expect(methods?.length).toBe(2);
  });

  test('with imap:// encrypts before it says anything', async () => {
    const address = `- address: imap://${dovecot.userInAddress}@127.0.0.1:${dovecot.ports.starttls}/INBOX`;
    const env = { SECRET: dovecot.password };
    const keys = [`ca: ${dovecot.certificate}`, 'password: {env: SECRET}'];
    expect(await scan([address, ...keys].join('\n  '), [], env)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await lastLogin()).toContain(', TLS,');
  });

  test('speaks without encryption where plaintext: true says so, and with imaps:// not even then', async () => {
    const env = { SECRET: dovecot.password };
    const open = `- address: imap://${dovecot.userInAddress}@127.0.0.1:${dovecot.ports.starttls}/INBOX`;
    const keys = ['password: {env: SECRET}', 'plaintext: true'];
    const { stdout, ...rest } = await scan([open, ...keys].join('\n  '), [], env);
    expect(rest).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^5 new messages/);
    expect(await lastLogin()).not.toContain('TLS');
    expect(await scan(account('/INBOX', ...keys), ['--again'], env)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await lastLogin()).toContain(', TLS,');
  });

  /** What the server noted of the last login. */
  async function lastLogin(): Promise<string> {
    const logins = (await dovecot.log()).split('\n').filter((line) => / Login: /.test(line));
    return logins.at(-1) ?? '';
  }

  describe('says in one line what is wrong, and what to do', () => {
    const open: Server[] = [];
    const said: string[] = [];
    let bare = 0;
    beforeAll(async () => {
      bare = await freePort();
      // A server that offers no STARTTLS, or somebody on the way who took it out.
      const plain = createServer((socket) => {
        socket.on('error', () => {});
        socket.write('* OK [CAPABILITY IMAP4rev1 LOGIN] ready\r\n');
        socket.on('data', (chunk) => {
          said.push(chunk.toString());
          const tag = chunk.toString().split(' ', 1)[0];
          const answer = /CAPABILITY/i.test(chunk.toString()) ? '* CAPABILITY IMAP4rev1\r\n' : '';
          socket.write(`${answer}${tag} OK done\r\n`);
        });
      });
      open.push(plain);
      await new Promise<void>((resolve) => plain.listen(bare, '127.0.0.1', resolve));
    });
    afterAll(() => {
      for (const one of open) one.close();
    });

    test.each<[string, () => string, RegExp]>([
      [
        'a wrong password',
        () => account('/INBOX', 'password: {env: WRONG}'),
        /INBOX was refused by the server \(Authentication failed\.\)/,
      ],
      [
        'no password',
        () => account('/INBOX'),
        /the password of post@mail\.example@127\.0\.0\.1:\d+: the environment variable UNSENT_IMAP_PASSWORD is not set/,
      ],
      [
        'a command that fails',
        () => account('/INBOX', 'password: {command: exit 3}'),
        /the command exit 3 failed \(it ended with 3\)/,
      ],
      [
        'a missing folder',
        () => account('/Nowhere', 'password: {env: SECRET}'),
        /Nowhere does not exist on the server/,
      ],
      [
        'a certificate of nobody',
        () => `- address: ${server}/INBOX\n  password: {env: SECRET}`,
        /has no certificate that can be trusted \(self-signed certificate\)/,
      ],
      [
        'nobody there',
        () => `- address: imaps://me@127.0.0.1:1/INBOX\n  password: {env: SECRET}`,
        /could not be reached \(.*ECONNREFUSED/,
      ],
      [
        'no encryption',
        () => `- address: imap://me@127.0.0.1:${bare}/INBOX\n  password: {env: SECRET}`,
        /offers no encryption/,
      ],
    ])('%s', async (_, mailbox, line) => {
      const env = { SECRET: dovecot.password, WRONG: 'tr0ub4dor' };
      const { exitCode, stdout, stderr } = await scan(mailbox(), ['--verbose'], env);
      expect({ exitCode, stdout: stdout.replace(/^No mail.*\n/, '') }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(line);
      expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
      for (const secret of [dovecot.password, 'tr0ub4dor', 'hunter2']) expect(stderr).not.toContain(secret);
    });

    test.each([
      ['no user', 'imaps://mail.example.com/INBOX', /\/INBOX is no address of a mailbox/],
      [
        'a password',
        'imaps://me:hunter2@mail.example.com/INBOX',
        /imaps:\/\/me@mail.example.com\/INBOX has a password in it/,
      ],
    ])('an address with %s, typed or configured', async (_, address, line) => {
      const typed = await scan('- box', ['--verbose', address]);
      const configured = await scan(`- address: ${address}`, ['--verbose']);
      expect([typed.exitCode, configured.exitCode]).toEqual([1, 2]);
      for (const { stderr } of [typed, configured]) {
        expect(stderr).toMatch(line);
        expect(stderr).not.toContain('hunter2');
      }
    });

    test('and a server without encryption hears neither user nor password', () => {
      expect(said.join('')).not.toMatch(/LOGIN|AUTHENTICATE/i);
    });
  });
});
