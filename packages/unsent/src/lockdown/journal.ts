import { type ExitCode, UnsentError } from '@unsent/dns';
import type { JournalEntry, JournalState } from '@unsent/lockdown';
import { plural } from '../output/number.ts';
import type { Paint, Style } from '../output/style.ts';
import { renderTable } from '../output/table.ts';
import type { Shell } from '../shell.ts';
import { renderChanges } from './render-changes.ts';
import { readDomain, wholeNumber } from './request.ts';
import { hasState } from './state.ts';

const DEFAULT_LIMIT = 50;
const COLUMNS = ['entry', 'what', 'domain', 'provider', 'state', 'changes', 'detail'];

/** `unsent journal`: one line for each entry. */
export async function runJournal(
  shell: Shell,
  flags: { readonly domain?: string; readonly limit?: string },
): Promise<ExitCode> {
  const zone = flags.domain === undefined ? null : readDomain(flags.domain);
  const limit =
    flags.limit === undefined ? DEFAULT_LIMIT : wholeNumber('--limit', flags.limit, { min: 1, max: 100_000 });
  const entries = (await hasState(shell))
    ? await (await shell.store()).journal.entries({ zone, states: null, limit })
    : [];
  if (shell.options.json) {
    for (const entry of entries) shell.stdout.write(`${JSON.stringify(summary(entry))}\n`);
  } else if (entries.length === 0) {
    shell.stdout.write('The journal is empty: nothing was written to DNS.\n');
  } else {
    shell.stdout.write(renderEntries(entries, shell));
  }
  return 0;
}

/** `unsent journal show ID`. */
export async function runJournalShow(shell: Shell, id: string): Promise<ExitCode> {
  const entry = (await hasState(shell)) ? await (await shell.store()).journal.entry(id) : null;
  if (entry === null) {
    throw new UnsentError('journal-entry-unknown', {
      message: `The journal has no entry ${id}.`,
      hint: 'unsent journal lists them.',
    });
  }
  if (shell.options.json) shell.stdout.write(`${JSON.stringify(entry)}\n`);
  else shell.stdout.write(renderEntry(entry, shell));
  return 0;
}

/** Everything but the zone itself. */
function summary({ snapshot: _, zoneText: __, plan, ...entry }: JournalEntry): object {
  return { ...entry, changes: plan.changes.length };
}

function renderEntries(entries: readonly JournalEntry[], shell: Shell): string {
  const rows = entries.map((entry) => [
    entry.id,
    entry.kind,
    entry.zone,
    entry.provider,
    { text: entry.state, paint: paintOf(entry.state, shell.style) },
    String(entry.plan.changes.length),
    entry.detail ?? '',
  ]);
  const columns = COLUMNS.map((title) => (title === 'detail' ? { title, minWidth: 10 } : { title }));
  const width = shell.stdout.isTerminal ? shell.stdout.columns : null;
  return renderTable(columns, rows, { width, paintTitle: shell.style.dim });
}

function renderEntry(entry: JournalEntry, shell: Shell): string {
  const { style, options, stdout } = shell;
  const { id, kind, zone, provider, state, begunAt, detail, plan, snapshot, undoes, zoneText } = entry;
  const undone = undoes.length === 0 ? '' : `, takes back ${undoes.join(', ')}`;
  const width = stdout.isTerminal ? stdout.columns : null;
  return [
    `${style.bold(id)}  ${kind} of ${zone} at ${provider}${undone}\n`,
    `  ${paintOf(state, style)(state)}${detail === null ? '' : `: ${detail}`}\n`,
    `  begun ${begunAt}${entry.finishedAt === null ? '' : `, finished ${entry.finishedAt}`}\n\n`,
    renderChanges(plan.changes, { style, width }),
    `    of ${plural(snapshot.records.length, 'record')} in the zone\n`,
    options.verbose ? `\n${zoneText}` : '',
  ].join('');
}

function paintOf(state: JournalState, style: Style): Paint {
  switch (state) {
    case 'applied':
      return style.green;
    case 'undone':
      return style.dim;
    case 'failed':
    case 'begun':
      return style.yellow;
    case 'unclear':
      return style.red;
  }
}
