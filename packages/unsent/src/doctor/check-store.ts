import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isNoPath, statePlace } from '../config/places.ts';
import { withoutPassword } from '../config/show.ts';
import type { Config } from '../config.ts';
import type { Shell } from '../shell.ts';
import { bad, type Check, good } from './check.ts';

const ID = 'store';
const OTHERS_MAY_READ = 0o004;

/**
 * Can the database be opened, or made? A missing file is not made; an old database is brought up to date, and the tables
 * on a server are made, as by any command.
 */
export async function checkStore(shell: Shell, config: Config): Promise<readonly Check[]> {
  const place = statePlace(shell.options.state, config, shell.env, shell.cwd);
  if (place === ':memory:') return [good(ID, 'The database is in memory: nothing is remembered.')];
  if (isNoPath(place)) {
    await shell.store();
    return [good(ID, `${withoutPassword(place)} answers, and its tables are in order.`)];
  }
  const mode = await modeOf(place);
  if (mode === null) return [await checkFolder(place)];
  await shell.store();
  if ((mode & OTHERS_MAY_READ) === 0) return [good(ID, `${place} can be read and written.`)];
  return [bad(ID, 'warning', `Everybody may read ${place}, and it tells who wrote to whom.`, `chmod o-rwx ${place}`)];
}

async function checkFolder(place: string): Promise<Check> {
  for (let folder = dirname(place); ; folder = dirname(folder)) {
    if ((await modeOf(folder)) === null && folder !== dirname(folder)) continue;
    try {
      await access(folder, constants.W_OK | constants.X_OK);
      return good(ID, `${place} is not there yet; it can be made.`);
    } catch {
      const todo = `As root: install -d -o "$USER" ${dirname(place)} – or name another place: state: in the configuration.`;
      return bad(ID, 'failure', `${place} cannot be made: this user may not write to ${folder}.`, todo);
    }
  }
}

async function modeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mode }) => mode,
    () => null,
  );
}
