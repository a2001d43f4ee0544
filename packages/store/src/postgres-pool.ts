import type pg from 'pg';
import { isSilence } from './postgres-errors.ts';
import { prepareSession } from './postgres-session.ts';

/** A pool of connections that are not known to be dead. */
export type LivePool = {
  connect(): Promise<pg.PoolClient>;
  /** Told of what failed, and throws it again. */
  noteSilence(error: unknown): never;
  end(): Promise<void>;
};

/**
 * Where one connection got no answer, the network swallows what all of them carry that are as old: they are dropped, or each
 * would be waited for, one after the other.
 */
export function livePool(driver: typeof pg, config: pg.PoolConfig, schema: string): LivePool {
  const born = new WeakMap<pg.ClientBase, number>();
  let silentAt = 0;
  const prepare = async (client: pg.ClientBase): Promise<void> => {
    born.set(client, performance.now());
    await prepareSession(client, schema);
  };
  // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it, its types do not say so
  const pool = new driver.Pool({ ...config, onConnect: prepare });
  // A connection that breaks while nobody uses it is replaced by the pool.
  pool.on('error', () => undefined);
  return {
    async connect() {
      for (;;) {
        const client = await pool.connect();
        if ((born.get(client) ?? 0) >= silentAt) return client;
        client.release(true);
      }
    },
    noteSilence(error) {
      if (isSilence(error)) silentAt = performance.now();
      throw error;
    },
    end: () => pool.end(),
  };
}
