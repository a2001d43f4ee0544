import { checkShared, type PieceQueue, type QueueRole } from '@unsent/store';
import { statePlace } from '../config/places.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';

/**
 * The database and the pieces in it. Throws `store-not-shared` (exit code 2) where the state is a file, before one is made.
 */
export async function openShared(
  shell: Shell,
  role: QueueRole,
): Promise<{ readonly store: Store; readonly queue: PieceQueue<object> }> {
  checkShared(statePlace(shell.options.state, await shell.config(), shell.env, shell.cwd));
  const store = await shell.store();
  const queue = await store.pieceQueue(role);
  shell.onClose(() => queue.close());
  return { store, queue };
}
