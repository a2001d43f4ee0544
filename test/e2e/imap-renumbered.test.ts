import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bounceTo } from '../../packages/unsent/test/support/mail.ts';
import { runUnsent, startUnsent } from '../support/cli.ts';
import { type Dovecot, hasDovecot, startDovecot } from '../support/dovecot.ts';
import { needs } from '../support/require.ts';

const Database = createRequire(new URL('../../packages/store/package.json', import.meta.url))('libsql');
const COUNT = 2000;

describe.runIf(needs('Dovecot, started as root', hasDovecot()))(
  'a folder of 2,000 bounces',
  { timeout: 180_000 },
  () => {
    let dovecot: Dovecot;
    beforeAll(async () => {
      dovecot = await startDovecot();
      for (let number = 0; number < COUNT; number++) {
        await dovecot.deliver(bounceTo(`u${number}@parked.example`, '203.0.113.9', number));
      }
    }, 120_000);
    afterAll(() => dovecot.stop());

    test('thinned out and renumbered in the middle of a scan: what stays counts once, also in the next run', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'unsent-renumbered-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const [config, state, zone] = ['unsent.yaml', 'state.db', 'dns.txt'].map((name) => join(folder, name));
      writeFileSync(zone ?? '', '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\n');
      const address = `imaps://${dovecot.userInAddress}@127.0.0.1:${dovecot.ports.imaps}`;
      writeFileSync(
        config ?? '',
        `domains: {unused: [parked.example]}\nmailboxes: [{address: '${address}', ca: ${dovecot.certificate}, password: {env: SECRET}}]\n`,
      );
      const args = ['scan', '--quiet', '--config', config ?? '', '--state', state ?? '', '--dns', `zone:${zone}`];
      const env = { SECRET: dovecot.password };
      const database = () => new Database(state, { timeout: 5000 });
      const ids = (): string[] => {
        const open = database();
        try {
          return open
            .prepare('SELECT message_id AS id FROM event')
            .all()
            .map(({ id }: { id: string }) => id);
        } catch {
          return []; // the scan is making the tables
        } finally {
          open.close();
        }
      };

      const child = startUnsent(args, { env });
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      while (ids().length === 0) await new Promise((resume) => setTimeout(resume, 5));
      dovecot.doveadm('expunge', '-u', dovecot.user, 'mailbox', 'INBOX', 'header', 'message-id', 'bounce.19');
      dovecot.doveadm('mailbox', 'update', '--uid-validity', '77777777', '-u', dovecot.user, 'INBOX');
      expect(ids().length).toBeLessThan(COUNT);
      expect(await ended).toBe(0);
      const first = ids();

      const text = dovecot.doveadm('fetch', '-u', dovecot.user, 'hdr.message-id', 'mailbox', 'INBOX', 'all');
      const left = (text.match(/(?<=<)[^>]+/g) ?? []).sort();
      // bounce.19, 190 to 199 and 1900 to 1999.
      expect(left).toHaveLength(COUNT - 111);
      expect(left.filter((id) => !first.includes(id))).toEqual([]);
      expect(new Set(first).size).toBe(first.length);

      expect(await runUnsent(args, { env })).toEqual({ exitCode: 0, stdout: '', stderr: '' });
      expect(ids()).toEqual(first);
    });
  },
);
