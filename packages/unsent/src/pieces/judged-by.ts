import { ownDomainsFrom } from '../config/own-domains.ts';
import { basisOf } from '../scan/make-pipeline.ts';
import type { Shell } from '../shell.ts';

/**
 * What verdicts of this host rest on beyond the shared database, which holds what was locked and sent: the version of the
 * rules, and what the configuration declares. Secrets and resolvers are not part of it.
 */
export async function judgedBy(shell: Shell): Promise<string> {
  return `${shell.version} ${basisOf(ownDomainsFrom(await shell.config(), []))}`;
}

/** How another one differs from ours, for people. */
export function difference(others: string, ours: string): string {
  const [version = ''] = others.split(' ');
  const [ourVersion = ''] = ours.split(' ');
  if (version === ourVersion) return 'with other domains than this configuration declares';
  return version === '' ? 'by an older version of unsent' : `by unsent ${version}, and this is ${ourVersion}`;
}
