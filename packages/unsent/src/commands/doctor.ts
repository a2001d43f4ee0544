import { Command } from 'commander';
import type { DoctorPostfixOptions } from '../doctor/postfix/run.ts';
import type { RunInShell } from '../shell.ts';

const POSTFIX_EXAMPLES = `
Examples:
  unsent doctor postfix                               as root, on the mail server
  unsent doctor postfix --postfix-config /etc/postfix-in
  unsent doctor postfix --service unix:/run/unsent/policy.sock

It reads postconf -n and postconf -M, asks the policy service one question, and changes nothing.
Exit codes: 0 all works (there may be warnings), 1 something does not.`;

const EXAMPLES = `
Examples:
  unsent doctor                  Node, configuration, database, resolver, clock, provider, mailboxes, Postfix
  unsent doctor --quiet          only what is to be mended
  unsent doctor postfix          Postfix alone, and the lines to add

Only what your configuration names is contacted, and nothing is changed.
Exit codes: 0 all works (there may be warnings), 1 something does not.`;

/** `unsent doctor`: is what surrounds us set up as it must be? */
export function doctorCommand(run: RunInShell): Command {
  const command = new Command('doctor')
    .description('check what unsent depends on, and say what to mend')
    .addHelpText('after', EXAMPLES)
    .action(run(async (shell) => (await import('../doctor/run.ts')).runDoctor(shell)));
  command
    .command('postfix')
    .description('does Postfix ask the policy service, at the right place, and with sane limits?')
    .option('--postfix-config <folder>', 'folder of main.cf and master.cf, if not the usual one')
    .option('--postconf <file>', 'the postconf to ask, if not the one in PATH')
    .option('--service <address...>', 'where the daemon listens, if the configuration does not say so')
    .addHelpText('after', POSTFIX_EXAMPLES)
    .action(
      run(async (shell, options: DoctorPostfixOptions) =>
        (await import('../doctor/postfix/run.ts')).runDoctorPostfix(shell, options),
      ),
    );
  return command;
}
