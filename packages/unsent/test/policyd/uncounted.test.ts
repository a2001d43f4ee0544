import { createTally, type Decision } from '@unsent/policyd';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMeter } from '../../src/policyd/meter.ts';
import { dropCounts } from '../../src/policyd/uncounted.ts';

const DECISION: Decision = {
  action: { kind: 'dunno' },
  intended: { kind: 'dunno' },
  rule: 'skip',
  identity: null,
  outcome: null,
  domain: null,
  reason: '',
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('counts that nobody keeps go once a minute, and the sums know of them', () => {
  const meter = createMeter(createTally(10));
  const end = dropCounts(meter.tally);
  meter.tally.add(DECISION, new Date(0));
  vi.advanceTimersByTime(60_000);
  expect(meter.tally.peek()).toBeNull();
  expect(meter.sums()).toMatchObject([{ rule: 'skip', count: 1 }]);
  end();
  expect(vi.getTimerCount()).toBe(0);
});
