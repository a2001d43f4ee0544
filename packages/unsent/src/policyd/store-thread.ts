import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { OpenStoreLink } from './store-link.ts';
import type { FromStore } from './store-protocol.ts';

const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 };

/**
 * The database in a thread of its own, so that nothing that the database does can stall an answer; null where the
 * sources run as they are (tests), because a thread needs built JavaScript.
 */
export function storeInThread(): OpenStoreLink | null {
  const url = new URL('./store-worker.js', import.meta.url);
  if (!existsSync(url)) return null;
  return (setup, events) => {
    const worker = new Worker(url, { workerData: setup, resourceLimits: RESOURCE_LIMITS });
    worker.unref();
    worker.on('message', (message: FromStore) => events.onMessage(message));
    worker.on('error', (error) => events.onError(error));
    worker.on('exit', () => events.onExit());
    return {
      send: (message) => worker.postMessage(message),
      keepAlive: () => worker.ref(),
      end: () => void worker.terminate(),
    };
  };
}
