import { Command } from 'commander';
import type { PolicydOptions } from '../policyd/run.ts';
import type { RunInShell } from '../shell.ts';

/** `unsent policyd`: the Postfix policy service. */
export function policydCommand(run: RunInShell): Command {
  return new Command('policyd')
    .summary('answer Postfix: refuse forgeries and bounces to them')
    .description('answer Postfix policy requests: SPF on incoming mail, no bounces to domains that never send')
    .option('--listen <address...>', 'inet:HOST:PORT or unix:PATH; repeatable (default inet:127.0.0.1:10040)')
    .option('--stdio', 'serve one client on standard input and output, for spawn(8)')
    .option('--socket-mode <octal>', 'permissions of a UNIX socket, such as 0660')
    .option('--log-format <format>', 'text or json', 'text')
    .option('--check', 'check the configuration and end')
    .action(
      run(async (shell, options: PolicydOptions) => (await import('../policyd/run.ts')).runPolicyd(shell, options)),
    );
}
