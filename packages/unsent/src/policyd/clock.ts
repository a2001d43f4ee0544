import type { Clock } from '@unsent/spf';
import { oncePerTurn } from './turn-now.ts';

/** What falls due within the same slot waits for its end: for limits of seconds that is exact enough. */
const SLOT_MS = 100;

/** Callbacks by the slot in which they fall due, each slot with one timer: nearly all are called off long before. */
const slots = new Map<number, Set<() => void>>();

function slotAt(dueMs: number): Set<() => void> {
  const number = Math.ceil(dueMs / SLOT_MS);
  const known = slots.get(number);
  if (known !== undefined) return known;
  const callbacks = new Set<() => void>();
  slots.set(number, callbacks);
  const ring = (): void => {
    slots.delete(number);
    for (const callback of callbacks) callback();
  };
  setTimeout(ring, number * SLOT_MS - performance.now()).unref();
  return callbacks;
}

function ringAt(dueMs: number, callback: () => void): () => void {
  const slot = slotAt(dueMs);
  // Its own function, so that the same callback may wait twice.
  const ring = (): void => callback();
  slot.add(ring);
  return () => slot.delete(ring);
}

/** The process's clock; its timers do not keep the process alive, and may be late by a tenth of a second. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => ringAt(performance.now() + ms, callback),
};

/** The same, looked at once in a turn of the event loop: for limits that outlast any turn. */
export function clockOfTurns(): Clock {
  const now = oncePerTurn(systemClock.now);
  return { now, after: (ms, callback) => ringAt(now() + ms, callback) };
}
