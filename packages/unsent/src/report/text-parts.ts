import { wrap } from '../lockdown/wrap.ts';
import { escapeForTerminal } from '../output/escape.ts';
import type { Style } from '../output/style.ts';
import { type Cell, type Column, renderTable } from '../output/table.ts';

/** `width`: columns of the terminal; null when the output is none, and then no table is cut. */
export type RenderOptions = { readonly style: Style; readonly width: number | null };

/** Columns of text and chart where no terminal tells its width. */
export const TEXT_WIDTH = 100;

/** A sentence on as many lines as it needs. */
export function wrapped(text: string, { width }: RenderOptions, indent = ''): string {
  const lines = wrap(escapeForTerminal(text), (width ?? TEXT_WIDTH) - indent.length);
  return lines.map((line) => `${indent}${line}\n`).join('');
}

/** A titled part; nothing where there is nothing to say. */
export function section(title: string, body: string, { style }: RenderOptions): string {
  return body === '' ? '' : `\n${style.bold(title)}\n${body}`;
}

/** A table under a section; nothing without rows. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { style, width }: RenderOptions,
): string {
  return rows.length === 0 ? '' : renderTable(columns, rows, { width, paintTitle: style.dim, indent: 2 });
}
