import { Command } from 'commander';
import type { RunInShell } from '../shell.ts';

const EXAMPLES = `
Examples:
  unsent unlock example.com --dry-run   show what would be put back
  unsent unlock example.com             show it, ask, restore, verify`;

/** `unsent unlock`: put back what a lockdown replaced. */
export function unlockCommand(run: RunInShell): Command {
  return new Command('unlock')
    .description('put the DNS of a domain back as it was before it was locked down')
    .argument('<domain>', 'a domain that was locked down')
    .option('--provider <name>', 'where the zone is; default: provider of the configuration')
    .option('--authoritative <host:port>', "ask this server instead of the zone's own", collect)
    .option('--override <code>', 'go on in spite of this refusal (drifted)', collect)
    .option('--dry-run', 'show the plan and write nothing at all')
    .option('--yes', 'restore without asking')
    .option('--wait [seconds]', 'wait for all name servers to follow (default: 600, more if the SOA says so)')
    .addHelpText('after', EXAMPLES)
    .action(
      run(async (shell, domain: string, options: object) =>
        (await import('../lockdown/unlock.ts')).runUnlock(shell, domain, options),
      ),
    );
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), ...value.split(',').map((part) => part.trim())];
}
