import { setTimeout as wait } from 'node:timers/promises';
import { parsePiece, pieceText } from '@unsent/bounce';
import type { ExitCode } from '@unsent/dns';
import type { PieceQueue, PieceStatus } from '@unsent/store';
import type { Shell } from '../shell.ts';
import { renderStatus } from './render-status.ts';
import { openShared } from './shared.ts';

export type StatusFlags = { readonly once?: boolean };

const REDRAW_MS = 1000;

/** `unsent scan status`: once, or, on a terminal, again and again until nothing is left or the user has seen enough. */
export async function runScanStatus(shell: Shell, flags: StatusFlags): Promise<ExitCode> {
  const { queue } = await openShared(shell, 'visitor');
  if (shell.options.json) {
    shell.stdout.write(`${JSON.stringify(statusJson(await queue.status()))}\n`);
    return 0;
  }
  if (flags.once === true || !shell.stdout.isTerminal) {
    shell.stdout.write(render(shell, await queue.status()));
    return 0;
  }
  return shell.untilInterrupted((signal) => watch(shell, queue, signal));
}

async function watch(shell: Shell, queue: PieceQueue<object>, signal: AbortSignal): Promise<ExitCode> {
  let drawn = 0;
  while (!signal.aborted) {
    const status = await queue.status();
    const text = render(shell, status);
    // Up to where the last one began, and everything below away.
    shell.stdout.write(`${drawn === 0 ? '' : `\x1b[${drawn}A\x1b[0J`}${text}`);
    drawn = text.split('\n').length - 1;
    if (status.runs.every(({ pieces }) => pieces.waiting + pieces.active === 0)) break;
    await wait(REDRAW_MS, undefined, { signal }).catch(() => undefined);
  }
  return 0;
}

function render(shell: Shell, status: PieceStatus): string {
  return renderStatus(status, { style: shell.style, width: shell.stdout.isTerminal ? shell.stdout.columns : null });
}

/** `--json`: names and units as documented in docs/fleet.md. */
function statusJson({ at, runs, workers, windowSeconds, failed }: PieceStatus): object {
  return {
    at,
    runs: runs.map(({ label, isEnding, ...run }) => ({ ...run, ending: isEnding, source: label })),
    workers: workers.map((worker) => ({
      ...worker,
      messagesPerSecond: Math.round(worker.messagesPerSecond * 10) / 10,
      at: worker.at === null ? null : { source: worker.at.label, since: worker.at.since },
    })),
    windowSeconds,
    failed: failed.map(({ label, run, piece, reason, failedAt }) => {
      const known = parsePiece(piece);
      return { source: label, run, part: known === null ? null : pieceText(known), reason, failedAt };
    }),
  };
}
