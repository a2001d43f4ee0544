import { UnsentError } from '@unsent/dns';
import type { Config } from './config.ts';
import type { GlobalOptions, Surroundings } from './shell.ts';

/** Everything `unsent` remembers. */
export type Store = { close(): Promise<void> };

/** Opens the database that the options, the configuration or the default name. */
export async function openStateStore(
  _options: GlobalOptions,
  _config: Config,
  _surroundings: Surroundings,
  _onClose: (close: () => void | Promise<void>) => void,
): Promise<Store> {
  throw new UnsentError('store-missing', { message: 'The store is not wired yet.' });
}
