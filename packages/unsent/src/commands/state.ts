import { Command } from 'commander';
import type { RunInShell } from '../shell.ts';

/** `unsent state`: info, vacuum. */
export function stateCommand(run: RunInShell): Command {
  return new Command('state')
    .description('look after the database of what was seen and done')
    .addCommand(
      new Command('info')
        .description('where it is, how large, and what it holds')
        .action(run(async (shell) => (await import('../state/run.ts')).runStateInfo(shell))),
    )
    .addCommand(
      new Command('vacuum')
        .description('give the room of what was forgotten back to the disk')
        .action(run(async (shell) => (await import('../state/run.ts')).runStateVacuum(shell))),
    );
}
