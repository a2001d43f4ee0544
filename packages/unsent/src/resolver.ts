import { type Resolver, UnsentError } from '@unsent/dns';
import type { Config } from './config.ts';
import type { GlobalOptions, Surroundings } from './shell.ts';

/** Opens the resolver that the options, the configuration or the system name. */
export async function openResolver(
  _options: GlobalOptions,
  _config: Config,
  _surroundings: Surroundings,
  _onClose: (close: () => void | Promise<void>) => void,
): Promise<Resolver> {
  throw new UnsentError('resolver-missing', { message: 'The resolver is not wired yet.' });
}
