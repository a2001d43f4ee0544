import type { DomainName, ExitCode } from '@unsent/dns';
import { UnsentError } from '@unsent/dns';
import type { Config } from '../config.ts';
import type { Shell } from '../shell.ts';
import { type Check, checked, exitCodeOf, failed } from './check.ts';
import { checkClock } from './check-clock.ts';
import { checkConfig } from './check-config.ts';
import { checkMailboxes } from './check-mailboxes.ts';
import { checkNode } from './check-node.ts';
import { checkPostfix } from './check-postfix.ts';
import { checkProvider } from './check-provider.ts';
import { checkStore } from './check-store.ts';
import { printChecks } from './render.ts';
import { checkResolvers } from './resolver/check.ts';

export type DoctorOptions = {
  /** Where name servers listen, for tests. Default 53. */
  readonly port?: number;
};

/**
 * `unsent doctor`: everything that a command leans on, looked at without changing it. Exit code 1 on a failure.
 *
 * What does not depend on each other is asked at the same time; the order of the lines is always the same.
 */
export async function runDoctor(shell: Shell, options: DoctorOptions = {}): Promise<ExitCode> {
  const node = checkNode(process.versions.node);
  const config = await readConfig(shell);
  const checks =
    config instanceof UnsentError
      ? [node, failed('config', config)]
      : [node, ...(await examine(shell, config, options))];
  printChecks(shell, checks, []);
  return exitCodeOf(checks);
}

async function examine(shell: Shell, config: Config, options: DoctorOptions): Promise<readonly Check[]> {
  const domains = declaredDomains(config);
  const found = await Promise.all([
    checked('config', () => checkConfig(shell, config, domains.length)),
    checked('store', () => checkStore(shell, config)),
    checked('resolver', () => checkResolvers(shell, config, options)),
    checked('clock', () => checkClock(shell, config)),
    checked('provider', () => checkProvider(shell, config)),
    checked('mailbox', () => checkMailboxes(shell, config)),
    checked('postfix', () => checkPostfix(config)),
  ]);
  return found.flat();
}

/** A configuration that cannot be read is a finding; the rest would speak about defaults that nobody chose. */
async function readConfig(shell: Shell): Promise<Config | UnsentError> {
  try {
    return await shell.config();
  } catch (error) {
    if (error instanceof UnsentError) return error;
    throw error;
  }
}

function declaredDomains({ domains }: Config): readonly DomainName[] {
  return [...domains.unused, ...domains.receiving, ...domains.sending].map(({ name }) => name);
}
