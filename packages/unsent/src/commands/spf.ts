import { Command } from 'commander';
import type { RunInShell } from '../shell.ts';

const CHECK_EXAMPLES = `
Examples:
  unsent spf check 192.0.2.1 alice@example.com
  unsent spf check 192.0.2.1 '<>' --helo mail.example.org    for a bounce
  unsent spf check 192.0.2.1 alice@example.com --record 'v=spf1 mx -all'

Exit codes: 0 whatever the result is, 5 when it is one that --fail-on names.`;

const LINT_EXAMPLES = `
Examples:
  unsent spf lint example.com
  unsent spf lint 'v=spf1 ip4:192.0.2.0/25-all'        it need not be published
  unsent spf lint 'v=spf1 mx -all' --for example.com   looked up as if it were
  unsent spf lint example.com example.net --fail-on error

Exit codes: 0 whatever is found, 5 when it is as bad as --fail-on says.`;

const RECORD_EXAMPLES = `
Examples:
  unsent spf record --ip 192.0.2.1 --ip 2001:db8::/48 --include _spf.example.net
  unsent spf record --mx --strict --for example.com    lookups are counted

Exit codes: 0 done, 2 when an address or a name is none.`;

const PUBLISH_EXAMPLES = `
Examples:
  unsent spf publish example.com --mx --include _spf.example.net --dry-run
  unsent spf publish example.com --ip 192.0.2.0/24 --strict

Exit codes: 0 done, 3 refused (a broken record, or a host that would no longer pass), 4 applied but not verified.`;

/** `unsent spf`: check, lint, tree, record, publish. */
export function spfCommand(run: RunInShell): Command {
  return new Command('spf')
    .description('check a sender, find what is wrong with an SPF record, write one')
    .addCommand(checkCommand(run))
    .addCommand(lintCommand(run))
    .addCommand(treeCommand(run))
    .addCommand(recordCommand(run))
    .addCommand(publishCommand(run));
}

function checkCommand(run: RunInShell): Command {
  return new Command('check')
    .description('may this host send mail for this sender?')
    .argument('<ip>', "the client's address, IPv4 or IPv6")
    .argument('<sender>', "the MAIL FROM address, a domain, or '<>' for a bounce")
    .option('--helo <name>', 'the HELO name; checked as well')
    .option('--record <text>', "instead of the published record of the sender's domain")
    .option('--receiver <name>', 'who asks; only seen in explanations and headers')
    .option('--time-limit <seconds>', 'give up after this time (default 20)')
    .option('--fail-on <results>', 'exit with 5 on these: fail,softfail,neutral,none,permerror,temperror', list)
    .addHelpText('after', CHECK_EXAMPLES)
    .action(
      run(async (shell, ip: string, sender: string, options: object) =>
        (await import('../spf/check.ts')).runSpfCheck(shell, ip, sender, options),
      ),
    );
}

function lintCommand(run: RunInShell): Command {
  return new Command('lint')
    .description('what is wrong with an SPF record, and what it should be')
    .argument('<target...>', 'domains, or records in quotes')
    .option('--for <domain>', 'look a record up as if this domain published it')
    .option('--fail-on <severity>', 'exit with 5 when there is an error, or also on advice: error, advice')
    .addHelpText('after', LINT_EXAMPLES)
    .action(
      run(async (shell, targets: string[], options: object) =>
        (await import('../spf/lint.ts')).runSpfLint(shell, targets, options),
      ),
    );
}

function treeCommand(run: RunInShell): Command {
  return new Command('tree')
    .description('everything an SPF record includes, and the DNS lookups each term costs')
    .argument('<domain...>', 'domains')
    .addHelpText('after', '\nExamples:\n  unsent spf tree example.com')
    .action(run(async (shell, domains: string[]) => (await import('../spf/tree.ts')).runSpfTree(shell, domains)));
}

function recordCommand(run: RunInShell): Command {
  return new Command('record')
    .description('write the SPF record of a domain that sends mail')
    .option('--ip <address>', 'an address or a network that sends (repeatable)', list)
    .option('--include <domain>', "a provider's domain to include (repeatable)", list)
    .option('--a', "the domain's own addresses send")
    .option('--mx', "the domain's MX hosts send")
    .option('--strict', '-all instead of ~all: every sender is known')
    .option('--for <domain>', 'count the lookups as if this domain published it')
    .addHelpText('after', RECORD_EXAMPLES)
    .action(run(async (shell, options: object) => (await import('../spf/record.ts')).runSpfRecord(shell, options)));
}

function publishCommand(run: RunInShell): Command {
  return new Command('publish')
    .description('put one SPF record in place for a domain that sends mail; touches nothing else')
    .argument('<domain>', 'a domain that sends mail')
    .option('--ip <address>', 'an address or a network that sends (repeatable)', list)
    .option('--include <domain>', "a provider's domain to include (repeatable)", list)
    .option('--a', "the domain's own addresses send")
    .option('--mx', "the domain's MX hosts send")
    .option('--record <text>', 'the whole record instead')
    .option('--strict', '-all instead of ~all: every sender is known')
    .option('--ttl <seconds>', 'TTL of the record')
    .option('--provider <name>', 'where the zone is; default: provider of the configuration')
    .option('--zone <file>', 'zone file for --provider memory; it is never written')
    .option('--authoritative <host:port>', "ask this server instead of the zone's own", list)
    .option('--override <code>', 'go on in spite of this refusal (host-carries-mail)', list)
    .option('--dry-run', 'show the plan and write nothing at all')
    .option('--yes', 'apply without asking')
    .option('--wait [seconds]', 'wait for all name servers to follow (default: 600, more if the SOA says so)')
    .addHelpText('after', PUBLISH_EXAMPLES)
    .action(
      run(async (shell, domain: string, options: object) =>
        (await import('../lockdown/spf-publish.ts')).runSpfPublish(shell, domain, options),
      ),
    );
}

/** An option given several times, or with commas. */
function list(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), ...value.split(',').map((part) => part.trim())];
}
