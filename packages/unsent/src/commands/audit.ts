import { Command } from 'commander';
import type { RunInShell } from '../shell.ts';

const EXAMPLES = `
Examples:
  unsent audit example.com                  what is missing, why it matters
  unsent audit --file domains.txt           one domain a line; # is a comment
  unsent audit --all                        all that are configured or locked
  unsent --quiet audit --file domains.txt   for cron: silent if all is well

Each domain is
  locked   nobody can send as it, and no bounce comes back
  partly   something is missing
  open     nothing protects it
  live     it sends or receives mail
  drifted  unsent locked it, and DNS shows it otherwise now
  unknown  DNS could not tell, or the domain does not exist

Exit codes: 0 no problems, 5 problems (see --fail-on).`;

/** `unsent audit`: how well are domains closed to forgers? */
export function auditCommand(run: RunInShell): Command {
  return new Command('audit')
    .description('which domains can be forged, and which locked ones have drifted: no token, nothing is changed')
    .argument('[domains...]', 'domains to look at')
    .option('--file <file>', 'read domains from this file (- is standard input)')
    .option('--all', 'every domain that the configuration names, and every one that was locked')
    .option('--fail-on <severity>', 'exit with 5 on: problem (the default), advice, none')
    .option('--no-name-servers', "do not ask the domains' own name servers")
    .addHelpText('after', EXAMPLES)
    .action(
      run(async (shell, domains: string[], options: object) =>
        (await import('../audit/run.ts')).runAudit(shell, domains, options),
      ),
    );
}
