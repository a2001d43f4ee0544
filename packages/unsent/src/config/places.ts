import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Environment } from '../surroundings.ts';

const SYSTEM_CONFIG = '/etc/unsent/unsent.yaml';
const SYSTEM_STATE = '/var/lib/unsent/unsent.db';

/** A file to read; `isDemanded` when somebody named it, so that its absence is an error. */
export type ConfigPlace = { readonly path: string; readonly isDemanded: boolean };

/** Where the configuration may stand, in order: --config, UNSENT_CONFIG, /etc, the user's own. */
export function configPlaces(option: string | null, env: Environment, cwd: string): readonly ConfigPlace[] {
  const named = option ?? nonEmpty(env['UNSENT_CONFIG']);
  if (named !== null) return [{ path: resolve(cwd, named), isDemanded: true }];
  return [SYSTEM_CONFIG, join(configHome(env), 'unsent', 'unsent.yaml')].map((path) => ({ path, isDemanded: false }));
}

/**
 * Where the database stands: --state, else `state` of the configuration, else the default.
 *
 * With a configuration in /etc/unsent the default is shared by cron, the daemon and the admin: /var/lib/unsent.
 */
export function statePlace(
  option: string | null,
  config: { readonly path: string | null; readonly state: string | null },
  env: Environment,
  cwd: string,
): string {
  if (option !== null) return isNoPath(option) ? option : resolve(cwd, option);
  if (config.state !== null) return config.state;
  if (config.path !== null && dirname(config.path) === dirname(SYSTEM_CONFIG)) return SYSTEM_STATE;
  return join(nonEmpty(env['XDG_STATE_HOME']) ?? join(home(env), '.local', 'state'), 'unsent', 'unsent.db');
}

/** The folder of what is kept beside the database; where that is on a server, of the default place. */
export function stateFolder(
  place: string,
  config: { readonly path: string | null },
  env: Environment,
  cwd: string,
): string {
  return dirname(isNoPath(place) ? statePlace(null, { path: config.path, state: null }, env, cwd) : place);
}

/** A path in the configuration file: `~/` is the user's folder, a relative one is relative to the file. */
export function resolveFrom(configPath: string, path: string, env: Environment): string {
  if (isNoPath(path)) return path;
  return path.startsWith('~/') ? join(home(env), path.slice(2)) : resolve(dirname(configPath), path);
}

/** True for `:memory:` and the address of a database server: there is no file, and nothing beside it. */
export function isNoPath(place: string): boolean {
  return place === ':memory:' || /^[a-z][a-z0-9+.-]+:\/\//i.test(place);
}

function configHome(env: Environment): string {
  return nonEmpty(env['XDG_CONFIG_HOME']) ?? join(home(env), '.config');
}

function home(env: Environment): string {
  return nonEmpty(env['HOME']) ?? homedir();
}

function nonEmpty(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
