import { parsePiece, pieceText } from '@unsent/bounce';
import type { FailedPiece, PieceRun, PieceStatus, PieceWorker } from '@unsent/store';
import { escapeForTerminal } from '../output/escape.ts';
import { formatCount, plural } from '../output/number.ts';
import { renderProgress } from '../output/progress.ts';
import type { Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';
import { fitToWidth } from '../output/width.ts';

export type StatusOptions = { readonly style: Style; readonly width: number | null };

/** More would leave no room for the rest on a terminal. */
const MAX_WORKERS = 20;
const MAX_RUNS = 8;
const MAX_FAILED = 8;
const TEXT_WIDTH = 100;

/** All workers in one view: what is going on, else what was last. */
export function renderStatus(status: PieceStatus, options: StatusOptions): string {
  const open = status.runs.filter(({ pieces }) => pieces.waiting + pieces.active > 0);
  const shown = open.length > 0 ? open : status.runs.slice(0, 1);
  const parts = shown.slice(0, MAX_RUNS).map((run) => renderRun(run, options));
  if (shown.length > MAX_RUNS) parts.push(`… and ${plural(shown.length - MAX_RUNS, 'more run')}\n`);
  if (shown.length === 0) parts.push('Nothing was enqueued lately.\n');
  if (open.length > 0) parts.push(`${fit(rateLine(status, open), options)}\n`);
  if (status.workers.length > 0) parts.push('\n', renderWorkers(status, options));
  if (status.failed.length > 0) parts.push('\n', renderFailed(status.failed, options));
  return parts.join('');
}

function renderRun({ run, label, isEnding, pieces, messages, added }: PieceRun, options: StatusOptions): string {
  const total = pieces.waiting + pieces.active + pieces.done + pieces.failed;
  const counts = [`${formatCount(pieces.done)} of ${plural(total, 'piece')}`];
  if (pieces.active > 0) counts.push(`${pieces.active} at work`);
  if (pieces.failed > 0) counts.push(`${pieces.failed} failed`);
  const columns = options.width ?? TEXT_WIDTH;
  const bar = renderProgress(
    counts.join(', '),
    { done: pieces.done, total, count: messages, unit: 'messages' },
    columns,
  );
  const left = isEnding ? '; what follows the last piece is not done yet' : '';
  const head = fit(`Run ${run}: ${label}, ${formatCount(added)} new${left}`, options);
  return `${head}\n${bar}\n`;
}

/** Of the workers that are at a piece: the others add nothing any more. */
function rateLine({ workers }: PieceStatus, open: readonly PieceRun[]): string {
  const busy = workers.filter(({ at }) => at !== null);
  const rate = busy.reduce((sum, { messagesPerSecond }) => sum + messagesPerSecond, 0);
  const left = open.reduce((sum, { messagesLeft }) => sum + messagesLeft, 0);
  const until = rate > 0 && left > 0 ? `, about ${duration(left / rate)} left` : '';
  return `${plural(busy.length, 'worker')} at work, ${formatCount(Math.round(rate))} messages/s${until}`;
}

function renderWorkers({ at, workers, windowSeconds }: PieceStatus, { style, width }: StatusOptions): string {
  const columns = [
    { title: `Worker (last ${windowSeconds / 60} min)`, minWidth: 12 },
    { title: 'Pieces', align: 'right' },
    { title: 'Messages', align: 'right' },
    { title: 'Messages/s', align: 'right' },
    { title: 'At', minWidth: 10 },
  ] as const;
  const rows = workers
    .slice(0, MAX_WORKERS)
    .map((one) => [
      one.worker,
      formatCount(one.pieces),
      formatCount(one.messages),
      formatCount(Math.round(one.messagesPerSecond)),
      placeOf(one, at),
    ]);
  const table = renderTable(columns, rows, { width, paintTitle: style.dim });
  return workers.length > MAX_WORKERS
    ? `${table}… and ${plural(workers.length - MAX_WORKERS, 'more worker')}\n`
    : table;
}

function placeOf({ at, lastDoneAt }: PieceWorker, now: Date): string {
  if (at !== null) return at.label;
  return lastDoneAt === null ? '' : `nothing for ${duration((now.getTime() - lastDoneAt.getTime()) / 1000)}`;
}

function renderFailed(failed: readonly FailedPiece[], options: StatusOptions): string {
  const lines = failed.slice(0, MAX_FAILED).map(({ label, piece, reason }) => {
    const known = parsePiece(piece);
    return fit(`  ${label}, ${known === null ? 'a part of it' : pieceText(known)}: ${reason}`, options);
  });
  if (failed.length > MAX_FAILED) lines.push(`  … and ${formatCount(failed.length - MAX_FAILED)} more`);
  const title = `${plural(failed.length, 'piece')} failed for good; scan --enqueue cuts the mailbox again`;
  return `${options.style.yellow(fit(title, options))}\n${lines.join('\n')}\n`;
}

/** One line: what is redrawn on a terminal must not wrap, and its last column stays free. */
function fit(text: string, { width }: StatusOptions): string {
  return fitToWidth(escapeForTerminal(text), width === null ? Number.POSITIVE_INFINITY : Math.max(10, width - 1));
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
