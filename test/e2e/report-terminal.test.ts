import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hostileEntries, record, withStore } from '../../packages/unsent/test/support/ledger.ts';
import { unsentBin } from '../support/cli.ts';
import { findProgram, needs } from '../support/require.ts';

const tmux = findProgram('tmux', true);
const folder = mkdtempSync(join(tmpdir(), 'unsent-tmux-'));
const socket = join(folder, 'socket');

afterAll(() => {
  if (tmux !== null) spawnSync(tmux, ['-S', socket, 'kill-server']);
  rmSync(folder, { recursive: true, force: true });
});

/** A server of its own: its socket is named on each call. */
function inTmux(...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(tmux ?? '', ['-S', socket, '-f', '/dev/null', ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
  return stdout;
}

test.runIf(needs('tmux', tmux !== null))('hostile mail does nothing to a terminal', async () => {
  const state = join(folder, 'state.db');
  await withStore(state, (store) => record(store, hostileEntries()));
  const command = `'${process.execPath}' '${unsentBin}' report --since all --state '${state}'; printf 'the %s\\n' end; sleep 60`;
  inTmux(
    'new-session',
    '-d',
    '-x',
    '100',
    '-y',
    '200',
    '-s',
    'report',
    `HOME='${folder}' sh -c "${command.replaceAll('"', '\\"')}"`,
  );
  const before = inTmux('display-message', '-p', '-t', 'report', '#{pane_title}');
  let screen = '';
  for (let i = 0; i < 150 && !/^the end$/m.test(screen); i++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    screen = inTmux('capture-pane', '-p', '-e', '-t', 'report');
  }
  expect(screen).toMatch(/^the end$/m);
  // Nothing cleared the screen: what was printed first is still there.
  expect(screen).toContain('Backscatter report');
  expect(screen).toContain('\\e]0;owned\\x07');
  // OSC 0 would have set the title.
  expect(inTmux('display-message', '-p', '-t', 'report', '#{pane_title}')).toBe(before);
  // Of colours only our own: red stands for counts, never for text of the mail.
  const painted = screen.split('\x1b[31m').slice(1);
  expect(painted.filter((text) => text.startsWith('red'))).toEqual([]);
  expect(screen).not.toMatch(/\p{Cf}/u);
  expect(screen).toContain('invoice\\u202efdp.exe');
});
