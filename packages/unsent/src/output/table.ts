import { escapeForTerminal } from './escape.ts';
import type { Paint } from './style.ts';
import { displayWidth, fitToWidth } from './width.ts';

export type Column = {
  readonly title: string;
  /** Numbers stand right; default left. */
  readonly align?: 'left' | 'right';
  /** The width below which the column is never cut; a column without it is never cut at all. */
  readonly minWidth?: number;
};

/** Text is escaped by the table; `paint` colours it afterwards, so that colours never count as width. */
export type Cell = string | { readonly text: string; readonly paint: Paint };

export type TableOptions = {
  /** Columns of the terminal; null when the output is no terminal, and then nothing is cut. */
  readonly width: number | null;
  readonly paintTitle?: Paint;
  /** Spaces before each line. */
  readonly indent?: number;
};

const GAP = '  ';

/**
 * Lines of aligned text, each ended by a newline; titles stand above the rows unless all are empty.
 *
 * When the table is wider than the terminal, the columns with a `minWidth` give way, the widest first; what is cut
 * ends in `…`. Wide characters count as the two columns they take.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string {
  const texts = rows.map((row) => columns.map((_, i) => escapeForTerminal(cellText(row[i]))));
  const natural = columns.map((column, i) =>
    Math.max(displayWidth(column.title), ...texts.map((row) => displayWidth(row[i] ?? ''))),
  );
  const indent = ' '.repeat(options.indent ?? 0);
  const widths = options.width === null ? natural : shrink(columns, natural, options.width - indent.length);
  const line = (cells: readonly string[], paints: readonly (Paint | null)[]): string =>
    `${indent}${columns.map((column, i) => place(cells[i] ?? '', widths[i] ?? 0, column, paints[i] ?? null)).join(GAP)}`.trimEnd();
  const body = texts.map((row, r) =>
    line(
      row,
      columns.map((_, i) => cellPaint(rows[r]?.[i])),
    ),
  );
  const titles = columns.map((column) => column.title);
  const head = titles.every((title) => title === '')
    ? []
    : [
        line(
          titles,
          titles.map(() => options.paintTitle ?? null),
        ),
      ];
  return [...head, ...body].map((text) => `${text}\n`).join('');
}

function cellText(cell: Cell | undefined): string {
  return cell === undefined ? '' : typeof cell === 'string' ? cell : cell.text;
}

function cellPaint(cell: Cell | undefined): Paint | null {
  return cell === undefined || typeof cell === 'string' ? null : cell.paint;
}

function place(text: string, width: number, column: Column, paint: Paint | null): string {
  const fitted = fitToWidth(text, width);
  const padding = ' '.repeat(Math.max(0, width - displayWidth(fitted)));
  const painted = paint === null ? fitted : paint(fitted);
  return column.align === 'right' ? padding + painted : painted + padding;
}

/** Takes columns from the widest that may give way, one by one, until the line fits or nothing gives. */
function shrink(columns: readonly Column[], natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1) - available;
  while (excess > 0) {
    let widest = -1;
    for (const [i, column] of columns.entries()) {
      const width = widths[i] ?? 0;
      if (column.minWidth === undefined || width <= Math.max(column.minWidth, 1)) continue;
      if (widest === -1 || width > (widths[widest] ?? 0)) widest = i;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
  return widths;
}
