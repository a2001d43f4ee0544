import { Command } from 'commander';
import type { ImportOptions } from '../config/import/run.ts';
import type { RunInShell } from '../shell.ts';

/** `unsent config`: look at the configuration file. */
export function configCommand(run: RunInShell): Command {
  const command = new Command('config').description('check the configuration file, or show what is in force');
  command
    .command('check')
    .description('check the file; every problem comes with file, line, column and key')
    .argument('[file]', 'instead of the one in force')
    .action(
      run(async (shell, file: string | undefined) => (await import('../config/run.ts')).runConfigCheck(shell, file)),
    );
  command
    .command('show')
    .description('print what is in force, defaults filled in')
    .action(run(async (shell) => (await import('../config/run.ts')).runConfigShow(shell)));
  command
    .command('path')
    .description('print which file is in force')
    .action(run(async (shell) => (await import('../config/run.ts')).runConfigPath(shell)));
  command
    .command('import')
    .description('translate a policyd-spf.conf; what has no counterpart is named')
    .argument('<file>', 'such as /etc/postfix-policyd-spf-python/policyd-spf.conf')
    .option('--output <file>', 'write a new file: what is in force, with the policy added')
    .action(
      run(async (shell, file: string, options: ImportOptions) =>
        (await import('../config/import/run.ts')).runImport(shell, file, options),
      ),
    );
  return command.addHelpText('after', '\nWhat may stand in the file: docs/configuration.md');
}
