import { Command } from 'commander';
import type { AskOptions } from '../policyd/ask.ts';
import type { PolicydOptions } from '../policyd/run.ts';
import type { StatsOptions } from '../policyd/stats.ts';
import type { RunInShell } from '../shell.ts';

const EXAMPLES = `
Examples:
  unsent policyd                                       at inet:127.0.0.1:10040
  unsent policyd --listen unix:/run/unsent/policy.sock --socket-mode 0666
  unsent policyd ask --client 192.0.2.7 --sender a@example.com --recipient b@example.net
  unsent policyd stats --since 7d`;

/** `unsent policyd`: the Postfix policy service; ask, stats, reload. */
export function policydCommand(run: RunInShell): Command {
  return new Command('policyd')
    .summary('answer Postfix: refuse forgeries and bounces to them')
    .description('answer Postfix policy requests: SPF on incoming mail, no bounces to domains that never send')
    .option('--listen <address...>', 'inet:HOST:PORT or unix:PATH; repeatable (default inet:127.0.0.1:10040)')
    .option('--stdio', 'serve one client on standard input and output, for spawn(8)')
    .option('--socket-mode <octal>', 'permissions of a UNIX socket, such as 0660')
    .option('--socket-group <group>', 'group of a UNIX socket, such as postfix')
    .option('--log <target>', 'stderr, journald or syslog:HOST:PORT (UDP)', 'stderr')
    .option('--log-format <format>', 'text or json', 'text')
    .option('--metrics <address>', 'serve /metrics and /health at HOST:PORT of this host')
    .option('--pid-file <file>', 'write the process id here, for `reload`')
    .option('--check', 'check the configuration and end')
    .addHelpText('after', EXAMPLES)
    .action(
      run(async (shell, options: PolicydOptions) =>
        options.stdio === true && options.check !== true
          ? (await import('../policyd/spawned.ts')).runSpawned(shell, options)
          : (await import('../policyd/run.ts')).runPolicyd(shell, options),
      ),
    )
    .addCommand(askCommand(run))
    .addCommand(statsCommand(run))
    .addCommand(reloadCommand(run));
}

function askCommand(run: RunInShell): Command {
  return new Command('ask')
    .description('what Postfix would be told about a message, and why')
    .requiredOption('--client <ip>', 'address of the host that connects')
    .requiredOption('--sender <address>', 'envelope sender; <> for a bounce')
    .requiredOption('--recipient <address>', 'envelope recipient')
    .option('--helo <name>', 'what the client calls itself')
    .option('--at <address>', 'ask the daemon there (inet:HOST:PORT or unix:PATH) instead of the rules')
    .action(run(async (shell, options: AskOptions) => (await import('../policyd/ask.ts')).runAsk(shell, options)));
}

function statsCommand(run: RunInShell): Command {
  return new Command('stats')
    .description('what was blocked, and how strict, careless or broken the senders are')
    .option('--since <duration>', 'such as 90m, 24h, 7d', '24h')
    .action(
      run(async (shell, options: StatsOptions) => (await import('../policyd/stats.ts')).runStats(shell, options)),
    );
}

function reloadCommand(run: RunInShell): Command {
  return new Command('reload')
    .description('make the daemon read its configuration again')
    .argument('[pid-file]', 'what the daemon was started with', '/run/unsent/policyd.pid')
    .action(run(async (shell, pidFile: string) => (await import('../policyd/reload.ts')).runReload(shell, pidFile)));
}
