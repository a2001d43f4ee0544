import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const soak = fileURLToPath(new URL('../../scripts/soak/kill-scan', import.meta.url));

/** A few of the points that the soak tries; what it compares is the whole database. */
test('a scan that was killed at a commit or anywhere else, and the next one, leave what one scan leaves', () => {
  const args = [soak, '--boundaries', '2', '--points', '1', '--messages', '600', '--seed', '1'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  // 600 in an mbox, 100 of 300 in a Maildir that are not in the mbox, 30 in a folder.
  expect(stdout).toContain('730 messages are counted');
  expect(stdout).toContain('commit boundaries: 2 of 2 exact (2 killed');
  expect(stdout).toContain('random points: 1 of 1 exact (1 killed');
  expect(status).toBe(0);
});
