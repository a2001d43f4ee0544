import { Command } from 'commander';
import type { RunInShell } from '../shell.ts';

const EXAMPLES = `
Examples:
  unsent report                              the last 30 days, in the terminal
  unsent report --since all                  everything that was ever scanned
  unsent report --domain parked.example      one domain
  unsent report --html report.html           one file for a browser, or to print
  unsent report --json | jq .totals          for programs

--since takes 24h, 30d, 4w, a day such as 2026-11-01 (UTC), or all.`;

/** `unsent report`: what came, who sent it, and whether a lockdown made it less. */
export function reportCommand(run: RunInShell): Command {
  return new Command('report')
    .description('what was scanned and refused over time, who is behind it, and what a lockdown changed')
    .option('--since <time>', 'how far back: 24h, 30d, 4w, 2026-11-01, or all', '30d')
    .option('--domain <name>', 'only this domain')
    .option('--html <file>', 'write it as one HTML file; an old one is replaced')
    .addHelpText('after', EXAMPLES)
    .action(
      run(async (shell, options: { since: string; domain?: string; html?: string }) =>
        (await import('../report/run.ts')).runReport(shell, options),
      ),
    );
}
