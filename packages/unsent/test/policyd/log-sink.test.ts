import type { LogFields } from '@unsent/policyd';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogSink } from '../../src/policyd/log-sink.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const FIELDS: LogFields = {
  id: '4A1',
  action: 'prepend',
  intended: null,
  rule: 'spf-mailfrom',
  result: 'pass',
  identity: 'mailfrom',
  client: '192.0.2.7',
  helo: 'mx.example',
  sender: 'a@b.example',
  recipient: 'c@d.example',
  domain: 'b.example',
  reason: 'pass',
  lookups: 1,
  ms: 0.5,
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('decisions of a moment are one write, soon after', () => {
  const written: string[] = [];
  const sink = createLogSink(
    (text) => written.push(text),
    'text',
    () => NOW,
  );
  for (let i = 0; i < 3; i++) sink.decision(FIELDS);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(25);
  expect(written.map((text) => text.split('\n').length - 1)).toEqual([3]);
});

test('much is written at once, and nothing twice', () => {
  const written: string[] = [];
  const linesIn = (): number => written.join('').split('\n').length - 1;
  const sink = createLogSink(
    (text) => written.push(text),
    'text',
    () => NOW,
  );
  for (let i = 0; i < 1000; i++) sink.decision(FIELDS);
  expect(linesIn()).toBeGreaterThan(0);
  sink.flush();
  vi.advanceTimersByTime(100);
  expect(linesIn()).toBe(1000);
});

test('a message waits for nothing and keeps its place', () => {
  const written: string[] = [];
  const sink = createLogSink(
    (text) => written.push(text),
    'json',
    () => NOW,
  );
  sink.decision(FIELDS);
  sink.message('stopping');
  const lines = written
    .join('')
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(lines).toMatchObject([{ id: '4A1', time: NOW.toISOString() }, { message: 'stopping' }]);
});
