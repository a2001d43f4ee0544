import { stat } from 'node:fs/promises';
import type { Config } from '../config.ts';
import type { Shell } from '../shell.ts';
import { bad, type Check, good } from './check.ts';

const ID = 'config';
const OTHERS_MAY_WRITE = 0o002;

/** Is there a configuration that says something, and can nobody else change it? */
export async function checkConfig(_shell: Shell, { path }: Config, domains: number): Promise<readonly Check[]> {
  if (path === null) {
    return [bad(ID, 'warning', 'There is no configuration: no bounce can be judged.', 'Write one: unsent init')];
  }
  if (((await stat(path)).mode & OTHERS_MAY_WRITE) !== 0) {
    // A secret may come from a command: who may change the file, may run one as whoever runs unsent.
    return [bad(ID, 'failure', `Everybody may write to ${path}.`, `chmod o-w ${path}`)];
  }
  if (domains === 0) {
    return [
      bad(ID, 'warning', `${path} names no domain of yours.`, 'Say under `domains` which never send, and which do.'),
    ];
  }
  return [good(ID, `${path} is right.`)];
}
