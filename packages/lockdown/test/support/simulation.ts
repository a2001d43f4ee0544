import { type DomainName, UnsentError } from '@unsent/dns';
import { name } from '../../../../test/support/names.ts';
import { type DomainResult, runPortfolio } from '../../src/portfolio.ts';
import { type Pacer, slidingPacer } from '../../src/providers/pacer.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

export const WINDOW_MS = 300_000;
const LIMIT = 1200;
/** What the command allows itself. */
export const OURS: number = LIMIT * 0.9;

/** Cloudflare as its limits are published: over 1,200 calls in 300 s, everything is refused for 300 s. */
function limitedServer(clock: VirtualClock, pacer: Pacer) {
  const times: number[] = [];
  let blockedUntil = 0;
  let refused = 0;
  return {
    times,
    refused: () => refused,
    async call<T>(result: () => T): Promise<T> {
      await pacer.take();
      times.push(clock.now());
      // 120 to 480 ms, without chance.
      await clock.sleep(120 + ((times.length * 7919) % 360));
      const recent = times.filter((at) => at > clock.now() - WINDOW_MS).length;
      if (recent > LIMIT) blockedUntil = clock.now() + WINDOW_MS;
      if (clock.now() < blockedUntil) {
        refused++;
        pacer.pause(blockedUntil - clock.now());
        throw new UnsentError('provider-rate-limited', { message: 'limit' });
      }
      return result();
    },
  };
}

/** The largest number of calls in any sliding window. */
function busiestWindow(times: readonly number[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last++) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= WINDOW_MS) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** `d0.example`, `d1.example`, … */
export function domainNames(count: number): DomainName[] {
  return Array.from({ length: count }, (_, i) => name(`d${i}.example`));
}

/** A portfolio of so many zones at Cloudflare in a clock that jumps: all zones listed once, then two calls each. */
export async function simulatePortfolio(count: number): Promise<{
  readonly results: readonly DomainResult[];
  readonly calls: number;
  readonly refused: number;
  /** Calls in the busiest 300 seconds. */
  readonly busiest: number;
  readonly minutes: number;
}> {
  const clock = virtualClock();
  const pacer = slidingPacer({ calls: OURS, windowMs: WINDOW_MS, now: clock.now, sleep: clock.sleep });
  const server = limitedServer(clock, pacer);
  const domains = domainNames(count);
  const lockOne = async (domain: DomainName): Promise<DomainResult> => {
    await server.call(() => null); // the records
    await server.call(() => null); // the batch
    return { domain, outcome: 'locked', entry: null, reason: null };
  };
  const work = async () => {
    for (let page = 0; page < count / 50; page++) await server.call(() => null);
    const manner = { maxFailures: 5, signal: new AbortController().signal, onResult: async () => {}, concurrency: 4 };
    return runPortfolio(domains, lockOne, manner);
  };
  const { results } = await clock.run(work());
  const busiest = busiestWindow(server.times);
  return { results, calls: server.times.length, refused: server.refused(), busiest, minutes: clock.now() / 60_000 };
}
