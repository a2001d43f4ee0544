import { checkShared, type PieceQueue, type QueueRole } from '@unsent/store';
import { statePlace } from '../config/places.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';

export type Shared = { readonly store: Store; readonly queue: PieceQueue<object> };

/**
 * The database and the pieces in it. Throws `store-not-shared` (exit code 2) where the state is a file, before one is made.
 */
export async function openShared(shell: Shell, role: QueueRole): Promise<Shared> {
  checkShared(statePlace(shell.options.state, await shell.config(), shell.env, shell.cwd));
  const store = await shell.store();
  const queue = await store.pieceQueue(role);
  shell.onClose(() => queue.close());
  return { store, queue };
}
