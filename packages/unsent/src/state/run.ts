import type { ExitCode } from '@unsent/dns';
import type { StateDescription } from '@unsent/store';
import { hasState } from '../lockdown/state.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { formatCount, plural } from '../output/number.ts';
import { renderTable } from '../output/table.ts';
import type { Shell } from '../shell.ts';

const BYTES_PER_MB = 1_000_000;
const WHAT: Readonly<Record<string, string>> = {
  event: 'messages, one by one',
  seen: 'messages that were ever counted',
  hourly: 'sums by domain and hour',
  scan_run: 'scans',
  source_item: 'names of messages that were read',
  journal: 'entries of the DNS journal',
  locked_domain: 'locked domains',
  sent: 'hashes of sent mail',
  policy_hourly: 'sums of the policy daemon',
  policy_sender: 'sender domains the policy daemon met',
};

/** `unsent state info`: what the database holds. Never makes one. */
export async function runStateInfo(shell: Shell): Promise<ExitCode> {
  if (!(await hasState(shell))) return tellNone(shell);
  const found = await (await shell.store()).upkeep.describe();
  shell.stdout.write(shell.options.json ? `${JSON.stringify(found)}\n` : render(found, shell));
  return 0;
}

/** `unsent state vacuum`: gives unused room back. */
export async function runStateVacuum(shell: Shell): Promise<ExitCode> {
  if (!(await hasState(shell))) return tellNone(shell);
  const { upkeep } = await shell.store();
  const before = (await upkeep.describe()).sizeBytes;
  await upkeep.summarise({ now: shell.now(), signal: shell.signal });
  await upkeep.compact();
  const after = (await upkeep.describe()).sizeBytes;
  if (shell.options.json) shell.stdout.write(`${JSON.stringify({ before, after })}\n`);
  else if (!shell.options.quiet) shell.stdout.write(`${megabytes(before)} before, ${megabytes(after)} now.\n`);
  return 0;
}

function tellNone(shell: Shell): ExitCode {
  shell.stdout.write(shell.options.json ? 'null\n' : 'There is no database yet. The first scan makes it.\n');
  return 0;
}

function render(found: StateDescription, shell: Shell): string {
  const day = (at: Date | null): string => at?.toISOString().slice(0, 10) ?? 'none';
  const rows = found.rows
    .filter(({ count }) => count > 0)
    .map(({ table, count }) => [WHAT[table] ?? table, formatCount(count)]);
  const sources = found.sources.map(({ name, items }) => [name, items === 0 ? '' : formatCount(items)]);
  const options = { width: shell.stdout.isTerminal ? shell.stdout.columns : null, paintTitle: shell.style.dim };
  const table = (titles: readonly [string, string], cells: string[][]): string =>
    cells.length === 0
      ? ''
      : `\n${renderTable([{ title: titles[0] }, { title: titles[1], align: 'right' }], cells, options)}`;
  return [
    `${escapeForTerminal(found.place)}: ${megabytes(found.sizeBytes)}, schema ${found.schemaVersion}\n`,
    `Messages from ${day(found.oldest)} to ${day(found.newest)}, ${plural(found.sources.length, 'mailbox', 'mailboxes')}\n`,
    table(['what', 'rows'], rows),
    table(['mailbox', 'names read'], sources),
  ].join('');
}

function megabytes(bytes: number | null): string {
  return bytes === null ? 'in memory' : `${(bytes / BYTES_PER_MB).toFixed(1)} MB`;
}
