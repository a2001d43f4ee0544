import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runUnsent } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';
import { hasPostfix, type Postfix, startPostfix } from '../support/postfix.ts';
import { needs } from '../support/require.ts';
import { smtpSession } from '../support/smtp.ts';

const CONFIG = 'domains:\n  sending:\n    example.com:\n      outbound: [192.0.2.7]\n';
const ID = 'Mixed.Case.1@app.example.com';

describe.skipIf(!needs('a Postfix from Debian that may be started (as root)', hasPostfix()))(
  'the log of a real Postfix',
  () => {
    let folder: string;
    let postfix: Postfix;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'unsent-sentlog-'));
      await writeFile(join(folder, 'unsent.yaml'), CONFIG);
      await writeFile(join(folder, 'zone.txt'), 'example.com. 300 IN TXT "v=spf1 ip4:192.0.2.7 -all"\n');
      const port = await freePort();
      const smtpd = `127.0.0.1:${port} inet n - n - 10 smtpd -o smtpd_recipient_restrictions=reject_unauth_destination`;
      postfix = await startPostfix({ services: [], domains: ['example.net'], masterLines: [smtpd] });
      const session = await smtpSession(port, { address: '192.0.2.7', helo: 'app.example.com' });
      for (const [sender, id] of [
        ['anna@example.com', ID],
        ['mallory@example.org', 'other@example.org'],
      ]) {
        await session.say(`MAIL FROM:<${sender}>`);
        await session.say('RCPT TO:<ben@example.net>');
        await session.say('DATA');
        const text = `From: ${sender}\nTo: ben@example.net\nSubject: hello\nMessage-ID: <${id}>\n\nhello\n`;
        expect(await session.sendText(text)).toMatch(/^250/);
      }
      await session.quit();
    }, 60_000);

    afterAll(async () => {
      await postfix?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test('tells what our domain sent, and nothing of strangers', async () => {
      await expect.poll(async () => (await postfix.log()).match(/removed/g)?.length, { timeout: 15_000 }).toBe(2);
      await writeFile(join(folder, 'mail.log'), await postfix.log());
      const places = ['--config', join(folder, 'unsent.yaml'), '--state', join(folder, 'state.db')];
      const imported = await runUnsent([...places, 'sentlog', 'import', join(folder, 'mail.log')]);
      expect(imported.stderr).toBe('');
      expect(imported.stdout).toContain('mail.log: 1 message, all new');
      const answer = `To: anna@example.com\nFrom: ben@example.net\nSubject: Out of office\nAuto-Submitted: auto-replied\nIn-Reply-To: <${ID}>\n\nI am away.\n`;
      const asked = [...places, '--dns', `zone:${join(folder, 'zone.txt')}`, '--json', 'explain', '-'];
      const { stdout } = await runUnsent(asked, { input: answer });
      const told: { verdict: string; rules: { rule: string }[] } = JSON.parse(stdout);
      expect([told.verdict, told.rules.map(({ rule }) => rule)]).toEqual(['genuine', ['sent-log-found']]);
    });
  },
);
