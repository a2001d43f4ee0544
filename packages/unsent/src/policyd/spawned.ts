import type { ExitCode } from '@unsent/dns';
import type { Decision, PolicyServerOptions } from '@unsent/policyd';
import type { Shell } from '../shell.ts';
import { type PolicydOptions, runPolicyd } from './run.ts';
import { serveStdio } from './serve-stdio.ts';

const LET_THROUGH: Decision = {
  action: { kind: 'dunno' },
  intended: { kind: 'dunno' },
  rule: 'error',
  identity: null,
  outcome: null,
  domain: null,
  reason: 'could not start',
};

/**
 * `unsent policyd --stdio`, as Postfix's spawn(8) starts it: what keeps it from starting, such as a configuration that
 * this user may not read, must not stop the mail. It answers DUNNO then, and says why in the mail log: on standard error
 * a word would corrupt the protocol, and an early end would make Postfix defer everything.
 */
export async function runSpawned(shell: Shell, options: PolicydOptions): Promise<ExitCode> {
  try {
    return await runPolicyd(shell, options);
  } catch (error) {
    await tellSyslog(error instanceof Error ? error.message : String(error));
    return serveStdio(letThrough());
  }
}

function letThrough(): PolicyServerOptions {
  return {
    answer: () => LET_THROUGH,
    clock: () => 0,
    events: { onDecision: () => {}, onMalformed: () => {} },
  };
}

/** By logger(1), since Node cannot write to /dev/log. Nobody can be told when that fails, too. */
async function tellSyslog(why: string): Promise<void> {
  const { execFile } = await import('node:child_process');
  const program = execFile('logger', ['-t', 'unsent/policyd', '-p', 'mail.err', '--', `mail passes unchecked: ${why}`]);
  program.on('error', () => {});
}
