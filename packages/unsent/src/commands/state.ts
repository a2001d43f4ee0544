import { Command } from 'commander';
import type { RunInShell } from '../shell.ts';

/** `unsent state`: info, vacuum, export, import. */
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
    )
    .addCommand(
      new Command('export')
        .description('write everything in it as JSON lines, for a backup or another database')
        .argument('[file]', 'a new file, for you alone (0600); standard output without it')
        .action(
          run(async (shell, file: string | undefined) =>
            (await import('../state/transfer.ts')).runStateExport(shell, file ?? null),
          ),
        ),
    )
    .addCommand(
      new Command('import')
        .description('put an export into an empty database: all of it or nothing')
        .argument('<file>', 'what `unsent state export` wrote; also gzipped (.gz)')
        .action(run(async (shell, file: string) => (await import('../state/transfer.ts')).runStateImport(shell, file))),
    );
}
