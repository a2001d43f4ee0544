import { expect, test } from 'vitest';
import { makeInterrupts } from '../src/interrupts.ts';

function watch() {
  const ends: number[] = [];
  return { ends, interrupts: makeInterrupts((exitCode) => ends.push(exitCode)) };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a command with %i', (name, exitCode) => {
  const { ends, interrupts } = watch();
  interrupts.receive(name);
  expect(ends).toEqual([exitCode]);
  expect(interrupts.signal.aborted).toBe(true);
});

test('protected work is finished first, and then the process ends as the signal wanted', async () => {
  const { ends, interrupts } = watch();
  const during = await interrupts.uninterrupted(async () => {
    interrupts.receive('SIGINT');
    return [...ends];
  });
  expect(during).toEqual([]);
  expect(ends).toEqual([130]);
});

test('a second signal does not wait', async () => {
  const { ends, interrupts } = watch();
  await interrupts.uninterrupted(async () => {
    interrupts.receive('SIGINT');
    interrupts.receive('SIGINT');
    expect(ends).toEqual([130]);
  });
});

test('a daemon is told, and decides itself how it ends', async () => {
  const { ends, interrupts } = watch();
  const wasAborted = await interrupts.untilInterrupted(async (signal) => {
    interrupts.receive('SIGTERM');
    return signal.aborted;
  });
  expect(wasAborted).toBe(true);
  expect(ends).toEqual([]);
});

test('work that fails is protected no longer', async () => {
  const { ends, interrupts } = watch();
  await interrupts.uninterrupted(() => Promise.reject(new Error('no'))).catch(() => {});
  interrupts.receive('SIGINT');
  expect(ends).toEqual([130]);
});

test.each([
  ['ends a command as SIGPIPE would', 'uninterrupted', [141]],
  ['does not end a daemon', 'untilInterrupted', []],
] as const)('a reader that has gone %s', async (_, kind, expected) => {
  const { ends, interrupts } = watch();
  const during = await interrupts[kind](async () => {
    interrupts.loseReader();
    interrupts.loseReader();
    return { ends: [...ends], isAborted: interrupts.signal.aborted };
  });
  expect(during).toEqual({ ends: [], isAborted: kind === 'uninterrupted' });
  expect(ends).toEqual(expected);
});
