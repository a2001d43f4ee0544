import { Command } from 'commander';
import type { RunInShell } from '../shell.ts';

/** `unsent config`: look at the configuration file. */
export function configCommand(run: RunInShell): Command {
  const command = new Command('config').description('check the configuration file, or show what is in force');
  command
    .command('check')
    .description('check the configuration file')
    .argument('[file]', 'instead of the one in force')
    .action(
      run(async (shell, file: string | undefined) => (await import('../config/run.ts')).runConfigCheck(shell, file)),
    );
  return command;
}
