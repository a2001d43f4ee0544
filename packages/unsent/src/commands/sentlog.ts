import { Command } from 'commander';
import type { ImportFlags } from '../sentlog/import.ts';
import type { RunInShell } from '../shell.ts';

const IMPORT_EXAMPLES = `
Import the logs of every host that sends for your domains: in the time that they
cover, what is not in them counts as not sent. Where a service sends for you and
gives no log, say --partial: then the log proves what was sent, and nothing else.

Only hashes of ids are kept; no address and no subject. A second import of the
same file changes nothing.

Examples:
  unsent sentlog import /var/log/mail.log
  unsent sentlog import /var/log/mail.log.*.gz /var/log/mail.log
  journalctl -u postfix@- -o short-iso | unsent sentlog import -
  unsent sentlog import sent.jsonl        {"messageId":"…","from":"…","date":"…"}`;

/** `unsent sentlog`: import, status. */
export function sentlogCommand(run: RunInShell): Command {
  return new Command('sentlog')
    .description('remember what you sent, so that bounces of it are known')
    .addCommand(importCommand(run))
    .addCommand(statusCommand(run));
}

function importCommand(run: RunInShell): Command {
  return new Command('import')
    .description('read logs of sent mail')
    .argument('<files...>', 'log files, also gzipped; - for standard input')
    .option('--format <format>', 'postfix or jsonl; default: told by the first line')
    .option('--keep <days>', 'forget what is older than this, counted from the newest entry (default 180)')
    .option('--partial', 'the log does not hold all that was sent')
    .addHelpText('after', IMPORT_EXAMPLES)
    .action(
      run(async (shell, files: string[], options: ImportFlags) =>
        (await import('../sentlog/import.ts')).runSentlogImport(shell, files, options),
      ),
    );
}

function statusCommand(run: RunInShell): Command {
  return new Command('status')
    .description('what the sent log holds, and for which time it speaks')
    .action(run(async (shell) => (await import('../sentlog/status.ts')).runSentlogStatus(shell)));
}
