import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The folder of suites, corpora and peers beside the project. `UNSENT_SHARED` names another place. */
export const sharedDir: string = process.env['UNSENT_SHARED'] ?? join(root, '..', 'shared');

/** True when `name` (a path below the shared folder) is there. */
export function hasShared(name: string): boolean {
  return existsSync(join(sharedDir, name));
}

/**
 * The full path of a program, looked up in PATH and the sbin folders; null when missing. `isSystems` looks only where
 * Debian's packages put programs.
 */
export function findProgram(name: string, isSystems = false): string | null {
  const path = isSystems ? ['/usr/bin', '/bin'] : (process.env['PATH'] ?? '').split(delimiter);
  const folders = [...path, '/usr/sbin', '/sbin', '/usr/local/sbin'];
  for (const folder of folders) if (folder !== '' && existsSync(join(folder, name))) return join(folder, name);
  return null;
}

/**
 * May a suite that depends on `what` run? Returns `present`; where skips are forbidden (CI), a missing part throws,
 * so that the suite fails instead of being skipped silently.
 */
export function needs(what: string, present: boolean): boolean {
  const skipsForbidden = process.env['CI'] === 'true' || process.env['UNSENT_NO_SKIP'] === '1';
  if (!present && skipsForbidden) throw new Error(`${what} is missing, and skipping is forbidden here`);
  return present;
}
