import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ExitCode, UnsentError } from '@unsent/dns';
import { copyState } from '@unsent/store';
import { isNoPath } from '../config/places.ts';
import { plural } from '../output/number.ts';
import { progressBar } from '../output/progress.ts';
import type { Shell } from '../shell.ts';

/** `unsent state copy`: everything of one database into another, compared at the end. */
export async function runStateCopy(shell: Shell, from: string, to: string): Promise<ExitCode> {
  const [source, target] = [placeOf(shell, from), placeOf(shell, to)];
  // A file that is missing would be made by opening it, and then be copied.
  if (!isNoPath(source) && !existsSync(source)) {
    throw new UnsentError('state-missing', {
      message: `There is no database ${source} to copy.`,
      hint: 'Name the one that is there first, then the one that is to be made.',
    });
  }
  const { options, signal, stderr } = shell;
  const progress = progressBar(stderr, { label: 'copied', isQuiet: options.quiet, now: shell.now });
  const onRows = (table: string, count: number): void =>
    progress.update({ done: count, total: null, count, unit: `rows of ${table}` });
  const tables = await copyState(source, target, { at: shell.now(), signal, onRows }).finally(progress.end);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  if (options.json) shell.stdout.write(`${JSON.stringify({ rows, tables })}\n`);
  else if (!options.quiet) shell.stdout.write(`${wordsFor(rows, tables.length)}\n`);
  return 0;
}

function placeOf(shell: Shell, place: string): string {
  return isNoPath(place) ? place : resolve(shell.cwd, place);
}

function wordsFor(rows: number, tables: number): string {
  return `${plural(rows, 'row')} of ${plural(tables, 'table')} copied; the checksum of each table is the same in both.`;
}
