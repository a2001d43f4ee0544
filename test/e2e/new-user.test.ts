import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasServer, type RunningServer, startServer } from '../../packages/lockdown/test/support/servers.ts';
import { bounceTo } from '../../packages/unsent/test/support/mail.ts';
import { endProcess, startUnsent, unsentBin, waitForStderr } from '../support/cli.ts';
import { type Dovecot, hasDovecot, startDovecot } from '../support/dovecot.ts';
import { freePort } from '../support/ports.ts';
import { hasPostfix, type Postfix, startPostfix } from '../support/postfix.ts';
import { findProgram, needs } from '../support/require.ts';
import { patternOf, type Shown, shownRuns } from '../support/shown.ts';
import { smtpSession } from '../support/smtp.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/quickstart.md', import.meta.url)), 'utf8');
const runs = shownRuns(page, 'own-servers');
const [, answers = ''] = /^```yaml\n# answers\.yaml\n(.*?)^```/ms.exec(page) ?? [];
const isPossible = hasServer('pdns') && hasDovecot() && hasPostfix();

/** The run of the page that begins with `command`. */
function shown(command: string): Shown {
  const found = runs.find((run) => run.command.startsWith(command));
  if (found === undefined) throw new Error(`docs/quickstart.md shows no ${command}`);
  return found;
}

describe.skipIf(!needs('PowerDNS, Dovecot and Postfix from Debian, and root', isPossible))(
  'docs/quickstart.md on real servers: PowerDNS, Dovecot, Postfix',
  { timeout: 120_000 },
  () => {
    let folder: string;
    let pdns: RunningServer;
    let dovecot: Dovecot;
    let postfix: Postfix | null = null;
    let daemon: ChildProcess | null = null;
    let policyPort = 0;
    /** What the page says, and what it is here. */
    let places: readonly (readonly [string, string])[] = [];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'unsent-new-user-'));
      chmodSync(folder, 0o755);
      pdns = await startServer('pdns');
      dovecot = await startDovecot();
      policyPort = await freePort();
      places = [
        ['127.0.0.1:8081', `127.0.0.1:${pdns.apiPort}`],
        ['127.0.0.1:53', `127.0.0.1:${pdns.dnsPort}`],
        ['localhost:993', `localhost:${dovecot.ports.imaps}`],
        ['127.0.0.1:10040', `127.0.0.1:${policyPort}`],
        ['post%40mail.example', dovecot.userInAddress],
        ['/etc/ssl/certs/mail.pem', dovecot.certificate],
      ];
      writeFileSync(join(folder, 'answers.yaml'), toHere(answers));
      writeFileSync(join(folder, 'pdns.key'), 'unsent-test-key\n', { mode: 0o600 });
      writeFileSync(join(folder, 'imap.pass'), dovecot.password, { mode: 0o600 });
      writeFileSync(join(folder, 'unsent'), `#!/bin/sh\nexec "${process.execPath}" "${unsentBin}" "$@"\n`, {
        mode: 0o755,
      });
    }, 120_000);
    afterAll(async () => {
      if (daemon !== null) await endProcess(daemon);
      await postfix?.stop();
      await dovecot.stop();
      pdns.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const toHere = (text: string): string => places.reduce((all, [there, here]) => all.replaceAll(there, here), text);
    const toPage = (text: string): string =>
      places.reduce((all, [there, here]) => all.replaceAll(here, there), text.replaceAll(`${folder}/`, ''));

    /** Runs it as the page shows it, with the shell, and compares. */
    const follow = (command: string, exitCode = 0): void => {
      const run = shown(command);
      const env = { PATH: `${folder}:${process.env['PATH']}`, HOME: folder, UNSENT_CONFIG: 'unsent.yaml' };
      const ran = spawnSync('/bin/sh', ['-c', toHere(run.command)], { cwd: folder, encoding: 'utf8', env });
      expect(toPage(`${ran.stdout}${ran.stderr}`).trimEnd()).toMatch(patternOf(run.output));
      expect(ran.status).toBe(exitCode);
    };

    test('init writes the configuration', () => follow('unsent init'));

    test('doctor finds nothing that does not work', () => follow('unsent doctor'));

    test('lockdown locks the zone at PowerDNS', () => {
      follow('unsent lockdown');
      const args = ['+short', '@127.0.0.1', '-p', String(pdns.dnsPort), 'unused-one.test', 'MX'];
      expect(execFileSync(findProgram('dig') ?? '', args, { encoding: 'utf8' })).toBe('0 loopback.unused-one.test.\n');
    });

    test('the scan of a cron job tells of new backscatter in Dovecot once, and is silent then', async () => {
      await dovecot.deliver(bounceTo('info@unused-one.test', '203.0.113.9'));
      follow('unsent scan --quiet', 5);
      const run = spawnSync(process.execPath, [unsentBin, '--config', 'unsent.yaml', 'scan', '--quiet'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(run).toMatchObject({ status: 0, stdout: '', stderr: '' });
    });

    test('Postfix refuses the next bounce', async () => {
      follow('sed -i');
      daemon = startUnsent(
        ['--config', join(folder, 'unsent.yaml'), 'policyd', '--listen', `inet:127.0.0.1:${policyPort}`],
        { cwd: folder },
      );
      await waitForStderr(daemon, /listening at/, 60_000);
      const port = await freePort();
      postfix = await startPostfix({
        services: [{ port, policyService: `{ inet:127.0.0.1:${policyPort}, default_action=DUNNO }` }],
        domains: ['unused-one.test'],
      });
      const session = await smtpSession(port, { address: '198.51.100.25', helo: 'mx.example.net' });
      await session.say('MAIL FROM:<>');
      expect(await session.say('RCPT TO:<info@unused-one.test>')).toMatch(
        /^554 5\.7\.1 .*unused-one\.test sends no mail; this bounce answers a forgery$/,
      );
      await session.quit();
    });
  },
);
