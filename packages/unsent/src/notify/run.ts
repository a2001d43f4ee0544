import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { NotifyConfig } from '../config.ts';
import { isAnotherAtWork } from '../scan/mailbox-locks.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';
import { noticeMessage } from './message.ts';
import { sendMail } from './sendmail.ts';

const MS_PER_HOUR = 3_600_000;

/**
 * Tells an address of the backscatter that it was not told of yet, when there is enough of it and the last notice is
 * long enough ago. What was told is remembered after sendmail took the notice: a crash in between tells it twice,
 * never not at all.
 */
export async function notify(shell: Shell, store: Store, config: NotifyConfig, run: number): Promise<void> {
  const { to } = config;
  if (to === null) return;
  // What a run that is still at work has counted so far is told when that ends, or the rest of it never would be.
  const last = await store.notices.lastRun();
  if (await isAnotherAtWork(shell, store.scanLocks)) return;
  const { sentAt, domains } = await store.notices.pending(to, run, last);
  const total = domains.reduce((sum, one) => sum + one.backscatter, 0);
  const at = shell.now();
  const isQuiet = sentAt !== null && at.getTime() - sentAt.getTime() < config.quietHours * MS_PER_HOUR;
  if (total < config.threshold || isQuiet) return;
  const host = hostname().replaceAll(/[^A-Za-z0-9.-]/g, '-');
  const from = config.from ?? `unsent@${host}`;
  const message = noticeMessage({ from, to, host, at, unique: randomUUID(), since: sentAt, domains });
  await sendMail(config.sendmail, to, message, shell.env);
  await store.notices.told(to, last, at);
}
