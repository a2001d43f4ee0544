import type { ExitCode } from '@unsent/dns';
import type { EvidenceResult } from '../lockdown/auto.ts';
import type { Shell } from '../shell.ts';
import { renderEvidence } from './render-evidence.ts';

/** Lines of text where no terminal tells its width. */
const TEXT_WIDTH = 100;

/** `lockdown.auto`: locks what the run found under attack. Null when that is off; nothing of it is loaded then. */
export async function lockAttacked(shell: Shell, run: number): Promise<readonly EvidenceResult[] | null> {
  const { auto } = (await shell.config()).lockdown;
  if (auto?.enabled !== true || shell.signal.aborted) return null;
  const { lockByEvidence } = await import('../lockdown/auto.ts');
  return lockByEvidence(shell, run);
}

/** Tells it, also when quiet: DNS was changed, or should have been. */
export function tellEvidence(shell: Shell, results: readonly EvidenceResult[]): void {
  const { stdout, style, options } = shell;
  const width = stdout.isTerminal ? stdout.columns : TEXT_WIDTH;
  if (options.json) stdout.write(`${JSON.stringify({ lockdowns: results })}\n`);
  else stdout.write(renderEvidence(results, style, width));
}

/** 1 when a lockdown failed or its end is unknown, as for a source that could not be read. A refusal is none. */
export function evidenceExitCode(results: readonly EvidenceResult[]): ExitCode {
  return results.some(({ outcome }) => outcome === 'failed' || outcome === 'unclear') ? 1 : 0;
}
