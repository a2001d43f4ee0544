import { join } from 'node:path';
import { joinSpans } from '@unsent/bounce';
import type { ChangePlan, ZoneSnapshot } from '@unsent/lockdown';
import { type Store as AnyStore, openStore } from '@unsent/store';
import { stateFolder, statePlace } from './config/places.ts';
import type { Config } from './config.ts';
import type { GlobalOptions, Surroundings } from './surroundings.ts';

/** Everything `unsent` remembers. */
export type Store = AnyStore<ZoneSnapshot, ChangePlan>;

/** Opens the database that --state, the configuration or the default place names. */
export async function openStateStore(
  options: GlobalOptions,
  config: Config,
  { env, cwd }: Surroundings,
  onClose: (close: () => void | Promise<void>) => void,
): Promise<Store> {
  const place = statePlace(options.state, config, env, cwd);
  const copiesFolder = join(stateFolder(place, config, env, cwd), 'journal');
  const store: Store = await openStore(place, { joinSpans, copiesFolder });
  onClose(() => store.close());
  return store;
}
