import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { bounceTo, letterTo } from '../../packages/unsent/test/support/mail.ts';
import { type CliResult, runUnsent, startUnsent } from '../support/cli.ts';
import { type Capabilities, type Dovecot, hasDovecot, startDovecot } from '../support/dovecot.ts';
import { needs } from '../support/require.ts';

const Database = createRequire(new URL('../../packages/store/package.json', import.meta.url))('libsql');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsent-servers-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
});

function scanArgs(...args: readonly string[]): string[] {
  const at = (name: string): string => join(folder, name);
  return ['scan', '--config', at('unsent.yaml'), '--state', at('state.db'), '--dns', `zone:${at('dns.txt')}`, ...args];
}

const canMove = ({ move, uidplus }: Capabilities): boolean => move || uidplus;
const SERVERS: readonly [string, Capabilities][] = [
  ['MOVE and UIDPLUS', { move: true, uidplus: true }],
  ['UIDPLUS alone', { move: false, uidplus: true }],
  ['MOVE alone', { move: true, uidplus: false }],
  ['neither', { move: false, uidplus: false }],
];

const COUNT = 60;
const ALL = COUNT + 1;
let dovecot: Dovecot;

/** A server that says that it can this much, with a mailbox full of bounces and one letter. */
async function serve(capabilities: Capabilities): Promise<void> {
  dovecot = await startDovecot(capabilities);
  for (let number = 0; number < COUNT; number++) {
    await dovecot.deliver(bounceTo(`u${number}@parked.example`, '203.0.113.9', number));
  }
  await dovecot.deliver(letterTo('anna@shop.example'));
  const { userInAddress, ports, certificate } = dovecot;
  const address = `imaps://${userInAddress}@127.0.0.1:${ports.imaps}/INBOX`;
  writeFileSync(
    join(folder, 'unsent.yaml'),
    `domains: {unused: [parked.example]}\nmailboxes: [{address: '${address}', ca: ${certificate}, password: {env: SECRET}}]\n`,
  );
  onTestFinished(() => dovecot.stop());
}

const scan = (...args: readonly string[]): Promise<CliResult> =>
  runUnsent(scanArgs(...args), { env: { SECRET: dovecot.password } });

/** Message-IDs in a folder. */
const idsIn = (name: string): string[] => {
  const text = dovecot.doveadm('fetch', '-u', dovecot.user, 'hdr.message-id', 'mailbox', name, 'all');
  return (text.match(/<[^>]+>/g) ?? []).sort();
};

/** Files in a folder of the user's Maildir: quicker to look at than to ask the server. */
const filesIn = (name: string): number =>
  ['new', 'cur'].flatMap((part) => readdirSync(join(dovecot.folder, 'mail', `.${name}`, part))).length;

describe.runIf(needs('Dovecot, started as root', hasDovecot())).each(SERVERS)(
  'on a server with %s',
  { timeout: 240_000 },
  (_, capabilities) => {
    beforeEach(() => serve(capabilities), 60_000);

    test('delete is done, or refused in one line before anything is touched', async () => {
      const { exitCode, stderr } = await scan('--action', 'delete', '--yes');
      expect(exitCode).toBe(capabilities.uidplus ? 0 : 1);
      expect(stderr).toMatch(
        capabilities.uidplus
          ? /^$/
          : /^unsent: .*INBOX cannot be changed as asked, so it was not read \(the server lacks UIDPLUS\)\.\n.*\n$/,
      );
      expect(idsIn('INBOX')).toHaveLength(capabilities.uidplus ? 1 : ALL);
    });

    test('flags are set and taken back', async () => {
      expect(await scan('--quiet', '--action', 'flag:$Junk')).toMatchObject({ exitCode: 0, stderr: '' });
      const junk = (): string => dovecot.doveadm('search', '-u', dovecot.user, 'mailbox', 'INBOX', 'keyword', '$Junk');
      expect(junk().trim().split('\n')).toHaveLength(COUNT);
      await scan('undo', '1');
      expect(junk()).toBe('');
    });

    test('move is done and taken back, or refused in one line before anything is touched', async () => {
      const { exitCode, stderr } = await scan('--action', 'move:Away');
      expect(exitCode).toBe(canMove(capabilities) ? 0 : 1);
      expect(stderr).toMatch(canMove(capabilities) ? /^$/ : /\(the server lacks MOVE and UIDPLUS\)\.\n/);
      expect(idsIn('INBOX')).toHaveLength(canMove(capabilities) ? 1 : ALL);
      if (!canMove(capabilities)) return;
      expect(await scan('undo', '1')).toMatchObject({ exitCode: 0, stderr: '' });
      expect([idsIn('INBOX').length, idsIn('Away').length]).toEqual([ALL, 0]);
    });
  },
);

describe.runIf(needs('Dovecot, started as root', hasDovecot())).each(SERVERS.filter(([, one]) => canMove(one)))(
  'killed while it moves on a server with %s',
  { timeout: 240_000 },
  (_, capabilities) => {
    beforeEach(() => serve(capabilities), 60_000);

    test.each<[string, number]>([
      ['the first', 1],
      ['half of the', COUNT / 2],
    ])('behind %s moves and run again, each message is moved once', async (_when, moves) => {
      dovecot.doveadm('mailbox', 'create', '-u', dovecot.user, 'Away');
      const child = startUnsent(scanArgs('--quiet', '--action', 'move:Away'), { env: { SECRET: dovecot.password } });
      const ended = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
      const watch = setInterval(() => {
        if (filesIn('Away') >= moves) child.kill('SIGKILL');
      }, 1);
      expect(await ended).toBe('SIGKILL');
      clearInterval(watch);
      expect(filesIn('Away')).toBeLessThan(COUNT);
      expect(await scan('--quiet', '--action', 'move:Away')).toMatchObject({ exitCode: 0, stderr: '' });
      const away = idsIn('Away');
      expect([away.length, new Set(away).size, idsIn('INBOX').length]).toEqual([COUNT, COUNT, 1]);
    });

    test('a message that was copied when the run was killed is not copied again', async () => {
      // As a run leaves it that was ended between the copy and the deletion, which MOVE does in one.
      await scan('--quiet', '--action', 'flag:flagged');
      const database = new Database(join(folder, 'state.db'));
      database.exec("UPDATE action SET state = 'intended', kind = 'move', target = 'Away'");
      database.close();
      dovecot.doveadm('mailbox', 'create', '-u', dovecot.user, 'Away');
      if (!capabilities.move) {
        dovecot.doveadm('copy', '-u', dovecot.user, 'Away', 'mailbox', 'INBOX', 'header', 'message-id', 'bounce.7@');
      }
      expect(await scan('--quiet', '--action', 'move:Away')).toMatchObject({ exitCode: 0, stderr: '' });
      const away = idsIn('Away');
      expect([away.length, new Set(away).size, idsIn('INBOX').length]).toEqual([COUNT, COUNT, 1]);
    });
  },
);
