import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { assertNever, UnsentError } from '@unsent/dns';
import { childEnvironment } from '../child-environment.ts';
import { errorFromSystem } from '../output/file-error.ts';
import type { Environment } from '../surroundings.ts';
import type { SecretPlace } from './schema-secret.ts';

/** A command may ask a password manager or a token service, but nobody is there to type. */
const COMMAND_LIMIT_MS = 60_000;
const MAX_PRINTED = 64 << 10;

/** Reads a secret from where the configuration says it is. `what` names it for people; its value is never shown. */
export async function readSecret(place: SecretPlace, what: string, env: Environment): Promise<string> {
  const { secret, where } = await lookUp(place, what, env);
  if (secret === null || secret.trim() === '') {
    const state = secret === null ? 'is not set' : 'is empty';
    throw new UnsentError('secret-missing', { message: `cannot read ${what}: ${where} ${state}`, exitCode: 2 });
  }
  return secret.trim();
}

type Found = { readonly secret: string | null; readonly where: string };

async function lookUp(place: SecretPlace, what: string, env: Environment): Promise<Found> {
  switch (place.kind) {
    case 'env':
      return { secret: env[place.name] ?? null, where: `the environment variable ${place.name}` };
    case 'file':
      return { secret: await readSecretFile(place.path, what), where: place.path };
    case 'command':
      return { secret: await runSecretCommand(place.command, what, env), where: `what ${place.command} printed` };
    default:
      return assertNever(place);
  }
}

/** What the command prints is never repeated, not even when it failed; what it says on standard error, it says there. */
async function runSecretCommand(command: string, what: string, env: Environment): Promise<string> {
  const child = spawn('/bin/sh', ['-c', command], {
    env: childEnvironment(env),
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: COMMAND_LIMIT_MS,
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (printed.length < MAX_PRINTED) printed += chunk;
  });
  const ended = await new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code, signal) => resolve(code === 0 ? '' : `it ended with ${code ?? signal}`));
  });
  if (ended === '') return printed;
  throw new UnsentError('secret-missing', {
    message: `cannot read ${what}: the command ${command} failed (${ended})`,
    hint: 'Run it by hand: it must print the secret and nothing else.',
    exitCode: 2,
  });
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
