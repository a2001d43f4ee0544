import { Command } from 'commander';
import type { InitOptions } from '../init/run.ts';
import type { RunInShell } from '../shell.ts';

const EXAMPLES = `
Examples:
  unsent init                                    asks, checks each answer, writes the configuration
  unsent init --from answers.yaml                where nobody can be asked; the keys are in docs/init.md
  unsent init --from answers.yaml --output -     print it only

An old configuration is never written over. Exit codes: 0 written, 2 bad answers or a configuration is there,
3 an answer does not work, or it was not agreed to.`;

/** `unsent init`: from a few answers to a configuration. */
export function initCommand(run: RunInShell): Command {
  return new Command('init')
    .description('ask a few questions and write the configuration')
    .option('--from <file>', 'a YAML file of answers instead of questions')
    .option('--output <file>', 'where to write; - prints it')
    .option('--no-check', 'take the answers of a file as they are: ask no DNS, read nothing')
    .addHelpText('after', EXAMPLES)
    .action(run(async (shell, options: InitOptions) => (await import('../init/run.ts')).runInit(shell, options)));
}
