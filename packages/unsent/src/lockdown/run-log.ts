import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DomainName, parseDomainName } from '@unsent/dns';
import type { DomainResult } from '@unsent/lockdown';
import { stateFolder, statePlace } from '../config/places.ts';
import type { Shell } from '../shell.ts';

/** What a run over many domains has done so far, on disk beside the database, so that it can be gone on with. */
export type RunLog = {
  /** Domains that an earlier run over the same list brought to a good end. */
  readonly done: ReadonlySet<DomainName>;
  append(result: DomainResult): Promise<void>;
};

/** Refused and failed domains are tried again: somebody may have seen to them. */
const GOOD_ENDS: ReadonlySet<string> = new Set(['locked', 'already', 'skipped']);

/** Opens the log of a run over `domains`; with `isResumed` what it holds counts, otherwise it begins anew. */
export async function openRunLog(shell: Shell, domains: readonly DomainName[], isResumed: boolean): Promise<RunLog> {
  const config = await shell.config();
  const place = statePlace(shell.options.state, config, shell.env, shell.cwd);
  const folder = join(stateFolder(place, config, shell.env, shell.cwd), 'lockdown-runs');
  const key = createHash('sha256')
    .update([...domains].sort().join('\n'))
    .digest('hex')
    .slice(0, 16);
  const path = join(folder, `${key}.jsonl`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lines = isResumed ? await readLines(path) : [];
  if (!isResumed) await writeFile(path, '', { mode: 0o600 });
  // What a crash cut off must not swallow the line that comes after it.
  if ((lines.at(-1) ?? '') !== '') await appendFile(path, '\n');
  return {
    done: new Set(lines.flatMap(doneDomain)),
    append: (result) =>
      appendFile(path, `${JSON.stringify({ ...result, at: shell.now().toISOString() })}\n`, { mode: 0o600 }),
  };
}

async function readLines(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n');
  } catch (cause) {
    // Nothing was begun yet: then everything is left to do.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
}

/** A line that was cut off by a crash says nothing. */
function doneDomain(line: string): readonly DomainName[] {
  const entry = parseJson(line);
  if (typeof entry !== 'object' || entry === null || !('domain' in entry) || !('outcome' in entry)) return [];
  const name = typeof entry.domain === 'string' ? parseDomainName(entry.domain) : null;
  return name !== null && typeof entry.outcome === 'string' && GOOD_ENDS.has(entry.outcome) ? [name] : [];
}

/** Null for what is no JSON. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
