import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { isGone, thisProcess } from '../src/this-process.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const lock = { name: 'a', ...thisProcess(), since: NOW, aliveAt: NOW };

test('a process that runs is there, however long it has said nothing', () => {
  expect(isGone(lock, new Date('2027-01-01T00:00:00Z'))).toBe(false);
});

test('a process that was killed is gone', async () => {
  const child = spawn('sleep', ['60']);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  expect(isGone({ ...lock, pid: child.pid ?? 0 }, NOW)).toBe(true);
});

test('another process that was given the number since is not the holder', () => {
  expect(isGone({ ...lock, start: 'an earlier boot 4711' }, NOW)).toBe(true);
});

test('a process of another host is gone when it was silent for more than ten minutes', () => {
  const remote = { ...lock, host: 'elsewhere.example', pid: 1 };
  expect(isGone(remote, new Date('2026-11-23T12:10:00Z'))).toBe(false);
  expect(isGone(remote, new Date('2026-11-23T12:10:01Z'))).toBe(true);
});
