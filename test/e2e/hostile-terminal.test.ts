import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bounceTo } from '../../packages/unsent/test/support/mail.ts';
import { unsentBin } from '../support/cli.ts';
import { findProgram, needs } from '../support/require.ts';

const tmux = findProgram('tmux');

/** Sets the title, clears the screen, goes home, writes red, reverses the reading order, hides a letter, rings. */
const HOSTILE = '\x1b]0;owned\x07\x1b[2J\x1b[H\x1b[31mred \u202egnp.exe \u200bhidden \u009b2J\x07 end';
const encoded = `=?utf-8?B?${Buffer.from(HOSTILE).toString('base64')}?=`;

describe.runIf(needs('tmux', tmux !== null))('mail that speaks to the terminal', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-terminal-'));
  const socket = join(folder, 'tmux');
  const run = (...args: readonly string[]): string =>
    execFileSync(tmux ?? '', ['-S', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });

  beforeAll(() => {
    const hostile = bounceTo('info@parked.example', '203.0.113.9')
      .replace('Subject: Undelivered Mail Returned to Sender', `Subject: ${encoded}`)
      .replace('smtp; 550 5.1.1 no such user', `smtp; 550 5.1.1 ${HOSTILE}`)
      .replace('Subject: offer', `Subject: ${HOSTILE}`);
    writeFileSync(join(folder, 'bounce.eml'), hostile);
    writeFileSync(
      join(folder, 'zone'),
      '@ 300 IN SOA ns.example. hostmaster.example. 1 300 300 300 300\nhostile.example. TXT "v=spf1 exists:\\027[2J\\027]0;owned\\007 -all"\n',
    );
    writeFileSync(join(folder, 'unsent.yaml'), 'domains: {unused: [parked.example]}\n');
    run('new-session', '-d', '-x', '160', '-y', '400', 'sh');
  });
  afterAll(() => {
    spawnSync(tmux ?? '', ['-S', socket, 'kill-server']); // the server of this socket alone
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['scan', ['scan', 'bounce.eml', '--again']],
    ['explain', ['explain', 'bounce.eml']],
    ['explain --verbose', ['--verbose', 'explain', 'bounce.eml']],
    ['spf check of a hostile record', ['spf', 'check', '203.0.113.9', 'a@hostile.example']],
    ['an error about such a name', ['scan', HOSTILE]],
  ] as const)('%s shows it and does not obey', (_, args) => {
    const globals = ['--config', 'unsent.yaml', '--dns', 'zone:zone', '--state', ':memory:'];
    const quoted = [process.execPath, unsentBin, ...globals, ...args].map((one) => `'${one}'`).join(' ');
    // A file holds the line: typed into the shell, its controls would act before the command has started.
    writeFileSync(join(folder, 'run'), `cd ${folder}\nprintf 'BEFORE\\n'\n${quoted}\nprintf 'AFTER\\n'\nsleep 60\n`);
    run('respawn-pane', '-k', `sh ${join(folder, 'run')}`);
    const screen = screenWith('AFTER').trimEnd();
    // Nothing was cleared, the title is as it was, and what is on the screen has no control and no bidi character.
    expect(screen).toContain('BEFORE');
    expect(run('display-message', '-p', '#{pane_title}')).not.toContain('owned');
    expect(screen.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(run('display-message', '-p', '#{window_bell_flag}').trim()).toBe('0');
    // The table of a scan names domains alone.
    if (args[1] !== 'bounce.eml' || args[0] !== 'scan') expect(screen).toContain('\\e');
  });

  function screenWith(text: string): string {
    for (let tries = 0; tries < 300; tries++) {
      const screen = run('capture-pane', '-p');
      if (screen.split('\n').includes(text)) return screen;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
    throw new Error(`not on the screen: ${text}\n${run('capture-pane', '-p')}`);
  }
});
