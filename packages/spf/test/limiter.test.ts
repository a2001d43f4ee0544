import { getEventListeners } from 'node:events';
import type { Answer, Resolver, RrType } from '@unsent/dns';
import { expect, test } from 'vitest';
import { checkHost } from '../src/check-host.ts';
import type { Clock } from '../src/options.ts';
import { query, zone } from './support/check.ts';

/** A clock that stands still until it is told how far to go. */
function handClock(startMs = 0) {
  let nowMs = startMs;
  const delays: number[] = [];
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  const clock: Clock = {
    now: () => nowMs,
    after(ms, callback) {
      const timer = { at: nowMs + ms, callback };
      delays.push(ms);
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  const pass = (ms: number) => {
    nowMs += ms;
    for (const timer of timers) {
      if (timer.at > nowMs) continue;
      timers.delete(timer);
      timer.callback();
    }
  };
  const fire = () => {
    for (const timer of timers) timer.callback();
  };
  return { clock, pass, fire, timers, delays };
}

/** Answers a name's questions with a promise that never comes, all others at once. */
function silentAbout(silent: string, resolver: Resolver): Resolver {
  return {
    resolve: <T extends RrType>(asked: Parameters<Resolver['resolve']>[0], type: T): Answer<T> | Promise<Answer<T>> =>
      asked === silent ? new Promise<Answer<T>>(() => {}) : resolver.resolve(asked, type),
  };
}

const ZONE = zone('@ TXT "v=spf1 a:slow.example.com ip4:192.0.2.1 -all"\nslow A 198.51.100.1');

test('a resolver that never answers ends at the time limit, and the timer is called off', async () => {
  const { clock, pass, timers } = handClock();
  const outcome = checkHost(query(), silentAbout('slow.example.com', ZONE), { timeLimit: { ms: 20_000, clock } });
  pass(20_000);
  expect(await outcome).toMatchObject({
    result: 'temperror',
    name: null,
    detail: 'the check took longer than 20000 ms',
  });
  expect(timers.size).toBe(0);
});

/** Not midnight, as no clock of a process stands there when a check begins. */
const LATE = 1_000_000;

test('the limit counts from the beginning of the check', async () => {
  const { clock, pass } = handClock(LATE);
  const slow: Resolver = {
    resolve(asked, type) {
      pass(4_000);
      return ZONE.resolve(asked, type);
    },
  };
  expect(checkHost(query(), slow, { timeLimit: { ms: 8_001, clock } })).toMatchObject({ result: 'pass' });
  expect(checkHost(query(), slow, { timeLimit: { ms: 4_000, clock } })).toMatchObject({ result: 'temperror' });
});

test('the timer is set for what is left of the limit, and for nothing when nothing is', async () => {
  const slowlyLater = async (usedMs: number): Promise<readonly number[]> => {
    const { clock, pass, delays } = handClock(LATE);
    const resolver: Resolver = {
      resolve(asked, type) {
        pass(usedMs);
        return Promise.resolve(ZONE.resolve(asked, type));
      },
    };
    await checkHost(query(), resolver, { timeLimit: { ms: 5_000, clock } });
    return delays;
  };
  expect(await slowlyLater(2_000)).toEqual([3_000]);
  expect(await slowlyLater(6_000)).toEqual([0]);
});

test('a timer that fires a little early ends the check all the same', async () => {
  const { clock, pass, fire } = handClock(LATE);
  const outcome = checkHost(query(), silentAbout('slow.example.com', ZONE), { timeLimit: { ms: 20_000, clock } });
  pass(19_999);
  fire();
  expect(await outcome).toMatchObject({ result: 'temperror', detail: 'the check took longer than 20000 ms' });
});

test('the question that was waited for stands in the trace, once, and nothing that comes later', async () => {
  const controller = new AbortController();
  let answer = (): void => {};
  const resolver: Resolver = {
    resolve: (asked, type) =>
      new Promise((resolve) => {
        answer = () => resolve(ZONE.resolve(asked, type));
      }),
  };
  const waiting = checkHost(query(), resolver, { signal: controller.signal, trace: true });
  controller.abort();
  answer();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect((await waiting).trace?.queries).toEqual([{ name: 'example.com', type: 'TXT', answer: 'timeout' }]);
});

test('a finished check listens to the signal no more', async () => {
  const { signal } = new AbortController();
  const later: Resolver = { resolve: async (asked, type) => ZONE.resolve(asked, type) };
  const waiting = checkHost(query(), later, { signal });
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await waiting;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('answers in time leave no timer behind', async () => {
  const { clock, timers } = handClock();
  const later: Resolver = { resolve: async (asked, type) => ZONE.resolve(asked, type) };
  expect((await checkHost(query(), later, { timeLimit: { ms: 20_000, clock } })).result).toBe('pass');
  expect(timers.size).toBe(0);
});

test('no question is asked after the limit, also when all answers came at once', () => {
  const { clock, pass } = handClock();
  const slow: Resolver = {
    resolve(asked, type) {
      pass(15_000);
      return ZONE.resolve(asked, type);
    },
  };
  expect(checkHost(query(), slow, { timeLimit: { ms: 10_000, clock } })).toMatchObject({
    result: 'temperror',
    queries: 1,
  });
});

test('a check that needs no promise sets no timer', () => {
  const { clock, timers } = handClock();
  expect(checkHost(query(), ZONE, { timeLimit: { ms: 1, clock } })).toMatchObject({ result: 'pass' });
  expect(timers.size).toBe(0);
});

test('an aborted signal ends the check, before it began and while it waits', async () => {
  const aborted = 'the check was aborted';
  const before = await checkHost(query(), ZONE, { signal: AbortSignal.abort() });
  expect(before).toMatchObject({ result: 'temperror', detail: aborted, queries: 0 });

  const controller = new AbortController();
  const waiting = checkHost(query(), silentAbout('slow.example.com', ZONE), { signal: controller.signal });
  controller.abort();
  expect(await waiting).toMatchObject({ result: 'temperror', detail: aborted });
});

test('a resolver that aborts while it is asked does not hang the check', async () => {
  const controller = new AbortController();
  const aborting: Resolver = {
    resolve: <T extends RrType>(): Promise<Answer<T>> => {
      controller.abort();
      return new Promise(() => {});
    },
  };
  expect((await checkHost(query(), aborting, { signal: controller.signal })).result).toBe('temperror');
});

test('the resolver is handed the signal', () => {
  const { signal } = new AbortController();
  const seen: (AbortSignal | undefined)[] = [];
  const resolver: Resolver = {
    resolve(asked, type, given) {
      seen.push(given);
      return ZONE.resolve(asked, type);
    },
  };
  void checkHost(query(), resolver, { signal });
  expect(seen).toEqual([signal, signal]);
});

test('a resolver that rejects is a temperror', async () => {
  const rejecting: Resolver = { resolve: () => Promise.reject(new Error('gone')) };
  expect(await checkHost(query(), rejecting)).toMatchObject({ result: 'temperror', detail: 'unreachable: gone' });
});

test('so is one that rejects while a limit is watched', async () => {
  const { clock, timers } = handClock();
  const rejecting: Resolver = { resolve: () => Promise.reject(new Error('gone')) };
  const outcome = await checkHost(query(), rejecting, { timeLimit: { ms: 1_000, clock } });
  expect(outcome).toMatchObject({ result: 'temperror', detail: 'unreachable: gone' });
  expect(timers.size).toBe(0);
});

test('an answer or a failure that comes after the end changes nothing', async () => {
  const controller = new AbortController();
  let fail = (): void => {};
  const resolver: Resolver = {
    resolve: () =>
      new Promise((_resolve, reject) => {
        fail = () => reject(new Error('too late'));
      }),
  };
  const waiting = checkHost(query(), resolver, { signal: controller.signal });
  controller.abort();
  const outcome = await waiting;
  fail();
  // An unhandled rejection would fail this run.
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(outcome).toMatchObject({ result: 'temperror', detail: 'the check was aborted' });
});

test('an answer that comes after the end starts nothing any more', async () => {
  const { clock, pass } = handClock();
  const questions: string[] = [];
  let answer = (): void => {};
  const late: Resolver = {
    resolve<T extends RrType>(asked: Parameters<Resolver['resolve']>[0], type: T): Promise<Answer<T>> {
      questions.push(asked);
      return new Promise((resolve) => {
        answer = () => resolve(ZONE.resolve(asked, type));
      });
    },
  };
  const heard: string[] = [];
  const onAnswer = ({ kind }: { readonly kind: string }) => heard.push(kind);
  const outcome = checkHost(query(), late, { timeLimit: { ms: 20_000, clock }, onAnswer });
  pass(20_000);
  answer();
  expect(await outcome).toMatchObject({ result: 'temperror' });
  expect(questions).toEqual(['example.com']);
  expect(heard).toEqual(['failure']);
});

test('a fault in what follows an answer is not swallowed', async () => {
  const { clock } = handClock();
  const later: Resolver = { resolve: async (...asked) => ZONE.resolve(...asked) };
  const onAnswer = () => {
    throw new Error('a fault');
  };
  await expect(checkHost(query(), later, { timeLimit: { ms: 20_000, clock }, onAnswer })).rejects.toThrow('a fault');
});
