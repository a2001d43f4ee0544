import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bounceTo, mboxOf } from '../../packages/unsent/test/support/mail.ts';
import { runUnsent } from '../support/cli.ts';
import { hasPostfix, type Postfix, startPostfix } from '../support/postfix.ts';
import { findProgram, needs } from '../support/require.ts';

describe.skipIf(!needs('a Postfix from Debian that may be started (as root)', hasPostfix()))(
  'a notice through the sendmail of a real Postfix',
  { timeout: 60_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'unsent-notice-'));
    let postfix: Postfix;
    beforeAll(async () => {
      postfix = await startPostfix({ services: [], domains: ['example.net'] });
      const program = join(folder, 'sendmail');
      writeFileSync(program, `#!/bin/sh\nexec ${findProgram('sendmail')} -C ${postfix.folder}/etc "$@"\n`);
      chmodSync(program, 0o755);
      writeFileSync(
        join(folder, 'unsent.yaml'),
        `domains: {unused: [parked.example]}\nnotify: {sendmail: ${program}, from: unsent@example.net, quietHours: 0}\n`,
      );
      writeFileSync(join(folder, 'dns.txt'), '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
    }, 60_000);
    afterAll(async () => {
      await postfix?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    async function scanAndTell(number: number, to: string) {
      const mailbox = join(folder, `mbox${number}`);
      writeFileSync(mailbox, mboxOf([bounceTo('a@parked.example', '203.0.113.9', number)]));
      const globals = [
        '--config',
        `${folder}/unsent.yaml`,
        '--state',
        `${folder}/state.db`,
        '--dns',
        `zone:${folder}/dns.txt`,
      ];
      return runUnsent(['scan', '--quiet', ...globals, '--notify', to, mailbox]);
    }

    const queued = async (): Promise<number> => (await postfix.log()).match(/removed$/gm)?.length ?? 0;

    test('arrives from the null sender, and says that no robot shall answer', async () => {
      expect(await scanAndTell(1, 'postmaster@example.net')).toMatchObject({ exitCode: 0, stderr: '' });
      await expect.poll(queued, { timeout: 15_000 }).toBe(1);
      const mail = await postfix.mailbox();
      expect(mail).toMatch(/^From MAILER-DAEMON /);
      for (const line of ['Return-Path: <>', 'Auto-Submitted: auto-generated', 'To: <postmaster@example.net>']) {
        expect(mail.split('\n')).toContain(line);
      }
      expect(mail).toContain('parked.example 1');
      expect(await postfix.log()).toContain('from=<>,');
    });

    test('that cannot be delivered ends there: no bounce of it is sent to anybody', async () => {
      expect(await scanAndTell(2, 'nobody@elsewhere.example')).toMatchObject({ exitCode: 0, stderr: '' });
      await expect.poll(queued, { timeout: 15_000 }).toBe(2);
      const log = await postfix.log();
      expect(log).toMatch(/to=<nobody@elsewhere\.example>,.* status=bounced/);
      expect(log).not.toContain('sender non-delivery notification');
      expect((await postfix.mailbox()).match(/^From /gm)).toHaveLength(1);
    });
  },
);
