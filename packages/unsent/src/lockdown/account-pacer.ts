import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pacer, slidingPacer } from '@unsent/lockdown';
import type { Shell } from '../shell.ts';
import { hasState } from './state.ts';

/** Cloudflare allows 1,200 calls in 300 s to all tokens of a user and the dashboard together; a tenth stays free. */
const LIMIT = { calls: 1080, windowMs: 300_000 };

/**
 * Paces the calls to the account that a token belongs to: together with everybody who uses the same database, or alone
 * while there is none. The token is known there by a hash.
 */
export async function accountPacer(shell: Shell, token: string): Promise<Pacer> {
  if (!(await hasState(shell))) {
    return slidingPacer({ ...LIMIT, now: () => performance.now(), sleep: async (ms) => void (await sleep(ms)) });
  }
  const { rateLimits } = await shell.store();
  const account = `cloudflare ${createHash('sha256').update(token).digest('hex').slice(0, 16)}`;
  let paused: Promise<void> = Promise.resolve();
  return {
    take: async () => {
      await paused;
      const waitMs = await rateLimits.reserve(account, LIMIT);
      if (waitMs > 0) await sleep(waitMs);
    },
    pause: (ms) => {
      paused = rateLimits.pause(account, ms);
      paused.catch(() => undefined); // told by the next call
    },
  };
}
