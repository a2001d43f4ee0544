import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresPrograms } from '../support/postgres.ts';
import { findProgram, needs } from '../support/require.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SPACES = ['--mount', '--pid', '--fork', '--uts', '--ipc', '--net', '--cgroup', '--kill-child'];
const REFUSED = 'action=REJECT 5.7.1 parked.example sends no mail; this bounce answers a forgery';

const UNCONFIGURED = expect.stringMatching(
  /^active\n(ls: cannot access '\/etc\/unsent\/\*'.*\n)?\/var\/lib\/unsent\/unsent\.db(\nls: .*)?$/,
);
const programs = ['systemctl', 'unshare', 'setpriv', 'ip', 'dpkg-deb', 'postdrop'];
const canRun =
  process.getuid?.() === 0 &&
  programs.every((name) => findProgram(name) !== null) &&
  (await postgresPrograms()) !== null;

describe.runIf(needs(`root, PostgreSQL, ${programs.join(', ')}`, canRun))(
  'under a systemd of their own, the units',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'unsent-systemd-'));
    const said = new Map<string, string>();
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    beforeAll(async () => {
      const { makeDebianPackage } = await import(join(root, 'scripts/release/debian.mjs'));
      const support = join(root, 'test/support');
      const boot = [join(support, 'systemd-boot.sh'), folder, await makeDebianPackage(folder)];
      const { stderr } = spawnSync('unshare', [...SPACES, ...boot, join(support, 'systemd-try.sh')], {
        encoding: 'utf8',
        timeout: 240_000,
        killSignal: 'SIGKILL',
      });
      const text = readFileSync(join(folder, 'out', 'said'), 'utf8');
      for (const part of text.split(/^== /m).slice(1)) {
        const [name = '', ...lines] = part.split('\n');
        said.set(name, lines.join('\n').trim());
      }
      if (!said.has('removed')) throw new Error(`${text}\n${stderr}`);
    }, 300_000);

    test.each([
      ['without a configuration it starts, and its database is where it stays', 'unconfigured', UNCONFIGURED],
      ['the policy service answers', 'policyd', REFUSED],
      ['it runs behind its fence', 'fenced', 'CapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2'],
      ['its decisions stand in the journal', 'logged', expect.stringMatching(/^1: action=reject .* ms=[0-9.]+$/)],
      ['killed, it comes again', 'again', `1\n${REFUSED}`],
      ['it reads its configuration again', 'reloaded', expect.stringMatching(/^configuration read again/)],
      ['it stops cleanly', 'stopped', 'success'],
      ['a first request starts it by its socket', 'activated', `inactive\n${REFUSED}\nactive`],
      ['scan reads the mailboxes', 'scanned', expect.stringMatching(/^success\n1 new message.*1 backscatter/)],
      ['the database is for the group, and stays so', 'place', '2770 unsent:unsent\n660 unsent:unsent'],
      ['scan hands a notice to Postfix with the lines that the unit shows', 'notified', 'success\nparked.example'],
      [
        'doctor reaches PostgreSQL by the name of the user',
        'doctor',
        expect.stringMatching(/^ok .*\?host=\/tmp\/database/),
      ],
      ['the worker reads what was enqueued', 'worked', '100 %  1 message'],
      ['the worker stops cleanly', 'ended', 'success'],
      ['an upgrade starts the running service anew', 'upgraded', REFUSED],
      ['and a running worker', 'renewed', 'active'],
      ['a removal stops and disables them', 'removed', expect.stringMatching(/^inactive\ninactive\nls: cannot access/)],
    ])('%s', (_what, name, expected) => {
      expect(said.get(name)).toEqual(expected);
    });
  },
);
