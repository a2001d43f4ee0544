import { UnsentError } from '@unsent/dns';
import { notify } from '../notify/run.ts';
import { escapeForTerminal } from '../output/escape.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';
import type { ScanRequest } from './options.ts';

const MS_PER_DAY = 86_400_000;

/**
 * What is left to do when everything is counted: tell by mail, forget what is old, sum up what is over. False when telling
 * failed.
 */
export async function finishScan(
  shell: Shell,
  store: Store,
  request: Pick<ScanRequest, 'notify' | 'keepDays'>,
  run: number,
): Promise<boolean> {
  if (shell.signal.aborted) return true;
  const config = await shell.config();
  const isTold = await tell(shell, () =>
    notify(shell, store, { ...config.notify, to: request.notify ?? config.notify.to }, run),
  );
  const keepDays = request.keepDays ?? config.keepDays;
  if (keepDays !== null) {
    await store.retention.forgetEvents(new Date(shell.now().getTime() - keepDays * MS_PER_DAY));
  }
  await store.upkeep.summarise({ now: shell.now(), signal: shell.signal });
  return isTold;
}

async function tell(shell: Shell, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof UnsentError) || error.code !== 'notice-failed') throw error;
    shell.stderr.write(`unsent: ${escapeForTerminal(error.message)}\n`);
    if (error.hint !== null) shell.stderr.write(`  ${escapeForTerminal(error.hint)}\n`);
    return false;
  }
}
