import { StoreKeeper } from './store-keeper.ts';
import type { OpenStoreLink } from './store-link.ts';

/**
 * The database in the daemon's own thread, for a process of spawn(8): a thread costs as much time as the rest of its
 * start, and there is one client alone to wait.
 */
export const storeHere: OpenStoreLink = (setup, events) => {
  const keeper = new StoreKeeper(
    setup,
    (message) => events.onMessage(message),
    () => events.onExit(),
  );
  return { send: (message) => keeper.receive(message), keepAlive: () => {}, end: () => events.onExit() };
};
