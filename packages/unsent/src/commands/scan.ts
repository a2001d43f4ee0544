import { Command, Option } from 'commander';
import type { StatusFlags } from '../pieces/status.ts';
import type { LoginFlags } from '../scan/mailboxes.ts';
import type { ScanFlags } from '../scan/options.ts';
import type { RunInShell } from '../shell.ts';

const HELP = `
Examples:
  unsent scan ~/Maildir                     what came since the last time, and what to do
  unsent scan /var/mail/postmaster          an mbox
  zcat old.mbox.gz | unsent scan -          standard input
  unsent scan imaps://postmaster@mail.example.com/INBOX
  unsent scan --json bounces/ > out.jsonl   one JSON line per message
  unsent scan --quiet --fail-on backscatter ~/Maildir    for cron
  unsent scan --enqueue /var/mail/huge      let workers on many hosts read it

A message counts once, wherever and however often it is read.
Exit codes: 0 done, 1 a source could not be read or a notice not be sent, 5 new
backscatter with --fail-on, 6 another run is reading a mailbox (0 with --quiet).`;

/** `unsent scan`: judge mailboxes. */
export function scanCommand(run: RunInShell): Command {
  return new Command('scan')
    .summary('judge the bounces in mailboxes and say what to do')
    .description('read mailboxes, judge each bounce, remember it, and say what to do')
    .argument(
      '[sources...]',
      'mbox, Maildir, folder of .eml files, message, imaps://USER@HOST/FOLDER, or - for\nstandard input; without one, the mailboxes of the configuration',
    )
    .addOption(new Option('--fail-on <finding>', 'end with 5 when there is new backscatter').choices(['backscatter']))
    .option(
      '--action <what>',
      'with messages that surely are backscatter: copy:FILE, flag:NAME, move:FOLDER, delete',
      gather,
      [],
    )
    .option('--dry-run', 'say what --action would do; change and remember nothing')
    .option('--yes', 'delete without a way back')
    .option('--again', 'read and judge also what was read before; nothing is counted twice')
    .option('--forget', 'use an empty database in memory and remember nothing')
    .option('--jobs <n>', 'threads for a large mailbox (default: one for each core, at most 8)')
    .option('--password-file <file>', 'where the password of imaps:// stands (else UNSENT_IMAP_PASSWORD)')
    .option('--password-command <line>', 'what prints it')
    .option('--token-command <line>', 'what prints an OAuth 2 access token, instead of a password')
    .option('--keep <days>', 'forget single messages that arrived before that, as in 400d; sums stay')
    .option('--notify <address>', 'tell of new backscatter by mail, through the local sendmail')
    .option('--top <n>', 'names shown of each list (default: 5)')
    .option('--enqueue', 'read nothing: cut it into pieces in the shared database, for `unsent worker`')
    .option('--piece <n>', 'with --enqueue: messages in a piece (default: 2000)')
    .option('--expire <s>', 'with --enqueue: when an unfinished piece goes to another worker (default: 600)')
    .option('--retries <n>', 'with --enqueue: how often a piece that failed is tried again (default: 3)')
    .addHelpText('after', HELP)
    .action(
      run(async (shell, sources: string[], flags: ScanFlags) =>
        (await import('../scan/run.ts')).runScan(shell, sources, flags),
      ),
    )
    .addCommand(undoCommand(run))
    .addCommand(statusCommand(run));
}

function statusCommand(run: RunInShell): Command {
  return new Command('status')
    .description('how far the workers are with what was enqueued; on a terminal, until nothing is left')
    .option('--once', 'print it once, also on a terminal')
    .action(
      run(async (shell, flags: StatusFlags) => (await import('../pieces/status.ts')).runScanStatus(shell, flags)),
    );
}

function undoCommand(run: RunInShell): Command {
  return new Command('undo')
    .description('put back what a run moved, and take its flags away')
    .argument('[run]', 'its number; without one, list the runs that did something')
    .action(
      run(async (shell, id: string | undefined, _flags: object, command: Command) =>
        (await import('../actions/undo.ts')).runScanUndo(shell, id, command.optsWithGlobals<LoginFlags>()),
      ),
    );
}

function gather(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
