import { Command } from 'commander';
import type { RunInShell } from '../shell.ts';

const EXAMPLES = `
Examples:
  unsent explain bounce.eml
  unsent explain 'mailbox.mbox#201'    by the id that unsent scan --json prints
  unsent explain - < bounce.eml
  unsent explain bounce.eml --json

docs/rules.md lists every rule and says why it is as strong as it is.`;

/** `unsent explain`: one message, and why its verdict is what it is. */
export function explainCommand(run: RunInShell): Command {
  return new Command('explain')
    .description('say what one message is, what was read from it, and why the verdict is what it is')
    .argument('<message>', 'a file with one message, MAILBOX#NUMBER, or - for standard input')
    .addHelpText('after', EXAMPLES)
    .action(run(async (shell, message: string) => (await import('../explain/run.ts')).runExplain(shell, message)));
}
