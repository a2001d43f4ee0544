import { Command } from 'commander';
import type { RunInShell } from '../shell.ts';

const COPY_HELP = `
A copy that was cut off goes on where it was when the same command is run again. Until it has ended, nothing else uses
the database it goes to. --state plays no part.

Example:
  unsent state copy /var/lib/unsent/unsent.db postgres://unsent@db.example.net/unsent`;

/** `unsent state`: info, vacuum, export, import, copy. */
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
    )
    .addCommand(
      new Command('copy')
        .description('carry everything from one database to another, which must be empty, and compare them')
        .argument('<from>', 'a file, or postgres://…')
        .argument('<to>', 'the same, of whatever kind; made when it is missing')
        .addHelpText('after', COPY_HELP)
        .action(
          run(async (shell, from: string, to: string) =>
            (await import('../state/copy.ts')).runStateCopy(shell, from, to),
          ),
        ),
    );
}
