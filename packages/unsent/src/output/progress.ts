import type { Output } from '../surroundings.ts';
import { escapeForTerminal } from './escape.ts';
import { formatCount } from './number.ts';
import { fitToWidth } from './width.ts';

const REDRAW_EVERY_MS = 100;
const BAR_COLUMNS = 24;
const ERASE_LINE = '\r\x1b[2K';

/** A line that tells how far a long job is, redrawn in place. */
export type Progress = {
  /** `done` and `total` are in one unit of the caller's (often bytes); `total` null when unknown. */
  update(step: ProgressStep): void;
  /** Removes the line; what is printed next starts in a clean column. */
  end(): void;
};

export type ProgressStep = {
  readonly done: number;
  readonly total: number | null;
  /** What is counted for the reader: "1,204 messages". */
  readonly count: number;
  readonly unit: string;
};

export type ProgressOptions = {
  readonly label: string;
  readonly isQuiet: boolean;
  now(): Date;
};

/** A progress line on a terminal; where `output` is none, or the user asked for quiet, nothing is ever printed. */
export function progressBar(output: Output, options: ProgressOptions): Progress {
  if (!output.isTerminal || options.isQuiet) return { update: () => {}, end: () => {} };
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    update(step) {
      const now = options.now().getTime();
      if (now - drawnAt < REDRAW_EVERY_MS) return;
      drawnAt = now;
      output.write(`${ERASE_LINE}${renderProgress(options.label, step, output.columns)}`);
    },
    end() {
      if (Number.isFinite(drawnAt)) output.write(ERASE_LINE);
      drawnAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** One line no wider than the terminal, without its end. */
export function renderProgress(label: string, step: ProgressStep, columns: number): string {
  const counted = `${formatCount(step.count)} ${step.unit}`;
  const share = step.total === null || step.total <= 0 ? null : Math.min(1, step.done / step.total);
  const bar = share === null ? '' : `${barOf(share)} ${`${Math.floor(share * 100)}`.padStart(3)} %  `;
  // The last column stays free: some terminals wrap when it is filled.
  return fitToWidth(`${bar}${counted}  ${escapeForTerminal(label)}`, Math.max(10, columns - 1));
}

function barOf(share: number): string {
  const filled = Math.round(share * BAR_COLUMNS);
  return '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
}
