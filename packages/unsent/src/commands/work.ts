import { Command } from 'commander';
import type { WorkerFlags } from '../pieces/work.ts';
import type { RunInShell } from '../shell.ts';

const HELP = `
Examples:
  unsent worker                    beside others, until SIGTERM
  unsent worker --drain --jobs 2   until nothing is left

It works with the database of --state or the configuration, which must be on a
server, and judges by the configuration of its own host: keep them the same.
Pieces that were enqueued with other domains, or by another version, it leaves.
It logs in to IMAP accounts only that are among the mailboxes there.
Exit codes: 0 done, 1 with --drain: a piece failed for good,
or was left to others.`;

/** `unsent worker`: reads pieces of what was enqueued. */
export function workerCommand(run: RunInShell): Command {
  return new Command('worker')
    .summary('read pieces of what `scan --enqueue` cut, beside other workers')
    .description('take pieces of mailboxes from the shared database, one at a time, and judge what is in them')
    .option('--drain', 'end when no piece is left, instead of waiting for more')
    .option('--jobs <n>', 'threads that judge (default: one for each core, at most 8)')
    .addHelpText('after', HELP)
    .action(run(async (shell, flags: WorkerFlags) => (await import('../pieces/work.ts')).runWorker(shell, flags)));
}
