import { type Engine, integer, type Sql } from './sql.ts';

/** How many calls an account may make within any `windowMs`. */
export type CallLimit = { readonly calls: number; readonly windowMs: number };

/** The calls to a provider's account, of everybody who uses the database. */
export interface RateLimits {
  /** Gives out the next moment at which the account may be called, and resolves to the milliseconds until then. */
  reserve(account: string, limit: CallLimit): Promise<number>;
  /** Gives out no moment before `ms` have passed: the provider has said so. */
  pause(account: string, ms: number): Promise<void>;
}

/**
 * The rate limits over an engine: a ring of the moments of the last calls, so that every sliding window keeps its limit.
 * A call may go when the oldest of the ring has left the window.
 */
export function sqlRateLimits(sql: Engine): RateLimits {
  const now = sql.nowMs;
  return {
    reserve: (account, limit) => sql.transaction((inside) => reserve(inside, now, account, limit)),
    pause: (account, ms) =>
      sql.run(
        `INSERT INTO rate_limit (account, calls, paused_until) VALUES (?, 0, ${now} + ?)
         ON CONFLICT (account) DO UPDATE SET paused_until = CASE
           WHEN excluded.paused_until > rate_limit.paused_until THEN excluded.paused_until
           ELSE rate_limit.paused_until END`,
        [account, ms],
      ),
  };
}

async function reserve(sql: Sql, now: string, account: string, { calls, windowMs }: CallLimit): Promise<number> {
  // The row keeps others out until the commit.
  const [counter] = await sql.all(
    `INSERT INTO rate_limit (account, calls, paused_until) VALUES (?, 1, 0)
     ON CONFLICT (account) DO UPDATE SET calls = rate_limit.calls + 1 RETURNING calls, paused_until, ${now} AS now`,
    [account],
  );
  if (counter === undefined) throw new Error('the database lost a rate limit');
  const slot = integer(counter, 'calls') % calls;
  const [oldest] = await sql.all('SELECT called_at FROM rate_call WHERE account = ? AND slot = ?', [account, slot]);
  const nowMs = integer(counter, 'now');
  // One millisecond more: whoever counts both ends of a window must not find one call too many in it.
  const freeAt = oldest === undefined ? nowMs : integer(oldest, 'called_at') + windowMs + 1;
  const at = Math.max(nowMs, freeAt, integer(counter, 'paused_until'));
  await sql.run(
    `INSERT INTO rate_call (account, slot, called_at) VALUES (?, ?, ?)
     ON CONFLICT (account, slot) DO UPDATE SET called_at = excluded.called_at`,
    [account, slot, at],
  );
  return at - nowMs;
}
