import { Command, Option } from 'commander';
import type { RunInShell } from '../shell.ts';

const EXAMPLES = `
Examples:
  unsent lockdown example.com --dry-run        show the plan, change nothing
  unsent lockdown example.com                  show it, ask, apply, verify
  unsent lockdown example.com --mx null --yes  with a null MX, without asking
  unsent lockdown --all-unused --yes           every domain the configuration calls unused
  unsent lockdown example.com --export bind    print the records for a host without an API

Exit codes: 0 done, 3 refused (nothing was written), 4 applied but not verified.`;

/** `unsent lockdown`: plan, show, ask, apply, verify. */
export function lockdownCommand(run: RunInShell): Command {
  const command = new Command('lockdown')
    .summary('change the DNS so that nobody can send as a domain')
    .description('change the DNS of domains that send no mail so that nobody can send as them')
    .argument('[domains...]', 'domains to lock down');
  addChoiceOptions(command);
  addPlaceOptions(command);
  addRunOptions(command);
  addManyOptions(command);
  return command
    .addHelpText('after', EXAMPLES)
    .action(
      run(async (shell, domains: string[], options: object) =>
        (await import('../lockdown/run.ts')).runLockdown(shell, domains, options),
      ),
    );
}

/** What the records become. */
function addChoiceOptions(command: Command): void {
  command
    .addOption(new Option('--mx <choice>', 'what the MX becomes').choices(['loopback', 'null', 'auto']))
    .option('--only <parts>', 'only these of mx, spf, wildcard, hosts, dmarc, dkim, caa', collect)
    .option('--skip <parts>', 'all but these', collect)
    .option('--caa', 'also forbid certificates (CAA); breaks the TLS of a parking page')
    .option('--rua <uri>', 'where DMARC reports go: mailto:… at another domain', collect)
    .option('--ttl <seconds>', 'TTL of the records that are written')
    .option('--replace-cname <name>', 'give up the CNAME at this name', collect)
    .option('--override <code>', 'go on in spite of this refusal', collect);
}

/** Where the zone is, and whom to ask. */
function addPlaceOptions(command: Command): void {
  command
    .option('--provider <name>', 'cloudflare, rfc2136, powerdns or memory; default: provider of the configuration')
    .option('--zone <file>', 'zone file for --provider memory; it is never written')
    .option('--authoritative <host:port>', "ask this server instead of the zone's own", collect);
}

/** How far to go. */
function addRunOptions(command: Command): void {
  command
    .option('--dry-run', 'show the plan and write nothing at all')
    .option('--rehearse', 'lock, verify and unlock a copy in memory; write nothing')
    .option('--yes', 'apply without asking')
    .option('--wait [seconds]', 'wait for all name servers to follow (default: 600, more if the SOA says so)')
    .option('--export <format>', 'print the records instead: bind, tinydns, dnscontrol or octodns');
}

/** Many domains in one run. */
function addManyOptions(command: Command): void {
  command
    .option('--file <file>', 'a list of domains, one a line')
    .option('--all-unused', 'all domains that the configuration calls unused')
    .option('--resume', 'go on with a run over the same domains that was interrupted')
    .option('--concurrency <count>', 'domains worked on at the same time (default 4)')
    .option('--max-failures <count>', 'stop after so many failures in a row (default 5)');
}

/** An option given several times, or with commas. */
function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), ...value.split(',').map((part) => part.trim())];
}
