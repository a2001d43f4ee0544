import { Command } from 'commander';
import type { RunInShell } from '../shell.ts';

/** `unsent journal`: what was done to DNS. */
export function journalCommand(run: RunInShell): Command {
  const command = new Command('journal').description('list what unsent did to DNS, newest first');
  command
    .option('--domain <name>', 'only this domain')
    .option('--limit <count>', 'at most so many entries (default 50)')
    .action(run(async (shell, options: object) => (await import('../lockdown/journal.ts')).runJournal(shell, options)));
  command
    .command('show')
    .description('show one entry: the plan, how it ended, and with --verbose the zone as it was')
    .argument('<id>', 'such as 2026-11-23-01')
    .action(run(async (shell, id: string) => (await import('../lockdown/journal.ts')).runJournalShow(shell, id)));
  return command;
}
