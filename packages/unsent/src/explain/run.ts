import { resolve } from 'node:path';
import { explain, gatherFacts, judge, readMessage } from '@unsent/bounce';
import type { ExitCode } from '@unsent/dns';
import { ownDomainsFrom, readBatvSecrets } from '../config/own-domains.ts';
import { hasState } from '../lockdown/state.ts';
import type { Shell } from '../shell.ts';
import { readNamedMessage } from './message.ts';
import { renderExplanation } from './render.ts';

/** `unsent explain MESSAGE`: what one message is, what was read from where, each rule that spoke, the verdict. */
export async function runExplain(shell: Shell, place: string): Promise<ExitCode> {
  const read = await readMessage(await readNamedMessage(shell, place === '-' ? place : resolve(shell.cwd, place)));
  const facts = await gatherFacts(read, await contextOf(shell));
  const explanation = explain(read, facts, judge(facts));
  if (shell.options.json)
    shell.stdout.write(`${JSON.stringify({ message: place, error: read.error, ...explanation })}\n`);
  else shell.stdout.write(renderExplanation(place, explanation, read.error, shell));
  return 0;
}

/** Looking at a message never makes a database. */
async function contextOf(shell: Shell): Promise<Parameters<typeof gatherFacts>[1]> {
  const config = await shell.config();
  const store = (await hasState(shell)) ? await shell.store() : null;
  const secrets = await readBatvSecrets(config, shell.env);
  const sentLog = store === null || (await store.sentLog.status()).messages === 0 ? null : store.sentLog;
  return {
    domains: ownDomainsFrom(config, store === null ? [] : await store.lockedDomains.all(), secrets),
    resolver: await shell.resolver(),
    sentLog,
    now: shell.now(),
  };
}
