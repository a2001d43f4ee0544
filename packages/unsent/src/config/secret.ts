import { readFile } from 'node:fs/promises';
import { UnsentError } from '@unsent/dns';
import { errorFromSystem } from '../output/file-error.ts';
import type { Environment } from '../shell.ts';
import type { SecretPlace } from './schema-secret.ts';

/** Reads a secret from where the configuration says it is. `what` names it for people; its value is never shown. */
export async function readSecret(place: SecretPlace, what: string, env: Environment): Promise<string> {
  const secret = place.kind === 'env' ? (env[place.name] ?? null) : await readSecretFile(place.path, what);
  const where = place.kind === 'env' ? `the environment variable ${place.name}` : place.path;
  if (secret === null || secret.trim() === '') {
    const state = secret === null ? 'is not set' : 'is empty';
    throw new UnsentError('secret-missing', { message: `cannot read ${what}: ${where} ${state}`, exitCode: 2 });
  }
  return secret.trim();
}

async function readSecretFile(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const known = errorFromSystem(cause, `read ${what} from`, path);
    if (known === null) throw cause;
    throw new UnsentError('secret-missing', { message: known.message, exitCode: 2, cause });
  }
}
