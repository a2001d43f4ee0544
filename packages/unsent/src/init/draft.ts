import { parseConfig } from '../config/parse.ts';
import { resolveFrom } from '../config/places.ts';
import { type Config, makeConfig, resolveMailbox, resolveProvider } from '../config.ts';
import type { Check } from '../doctor/check.ts';
import { checked } from '../doctor/check.ts';
import { checkMailboxes } from '../doctor/check-mailboxes.ts';
import { checkPostfix } from '../doctor/check-postfix.ts';
import { checkProvider } from '../doctor/check-provider.ts';
import { openResolver } from '../resolver.ts';
import type { Shell } from '../shell.ts';
import type { Answers } from './answers.ts';
import { configText, type SortedAnswers } from './config-text.ts';

/** A configuration that is not written yet, and a shell in which it is in force. */
export type Draft = { readonly text: string; readonly config: Config; readonly shell: Shell };

/** The configuration of these answers, as it would be read from `path`. */
export function draftOf(answers: SortedAnswers, path: string, shell: Shell): Draft {
  const text = configText(answers);
  const parsed = parseConfig(text);
  if (parsed.kind === 'wrong')
    throw new Error(`the configuration that was made is wrong: ${parsed.problems[0].message}`);
  const config = makeConfig(path, parsed.tree, shell.env);
  return { text, config, shell: inForce(shell, config) };
}

/** A shell before anything was answered: only the resolver that was named counts. */
export function emptyShell(shell: Shell, dnsServers: readonly string[] | null): Shell {
  const parsed = parseConfig('');
  if (parsed.kind === 'wrong') throw new Error('an empty configuration must be right');
  const tree = { ...parsed.tree, dns: { ...parsed.tree.dns, servers: dnsServers } };
  return inForce(shell, makeConfig(null, tree, shell.env));
}

function inForce(shell: Shell, config: Config): Shell {
  return {
    ...shell,
    config: async () => config,
    resolver: () => openResolver(shell.options, config, shell, (close) => shell.onClose(close)),
  };
}

/** Paths as they were given become absolute: `base` is the file, or a file in the folder, that they are relative to. */
export function withPaths(answers: Answers, base: string, shell: Shell): Answers {
  const resolved = (path: string): string => resolveFrom(base, path, shell.env);
  return {
    ...answers,
    state: answers.state === null ? null : resolved(answers.state),
    provider: answers.provider === null ? null : resolveProvider(answers.provider, resolved),
    mailboxes: answers.mailboxes.map((mailbox) => resolveMailbox(mailbox, resolved)),
  };
}

/** Can the mailboxes be read? Nothing when there are none. */
export async function checkDraftMailboxes({ shell, config }: Draft): Promise<readonly Check[]> {
  return config.mailboxes.length === 0 ? [] : checked('mailbox', () => checkMailboxes(shell, config));
}

/** Does the provider accept us, and hold the zones? Nothing when none was named. */
export async function checkDraftProvider({ shell, config }: Draft): Promise<readonly Check[]> {
  return config.provider === null ? [] : checked('provider', () => checkProvider(shell, config));
}

/** That Postfix does not ask yet is no finding: nobody has told it to. */
export async function checkDraftPostfix({ config }: Draft): Promise<readonly Check[]> {
  const checks = await checkPostfix(config);
  return checks.filter(({ id, what }) => id === 'postfix' && !what.startsWith('Postfix does not ask'));
}
