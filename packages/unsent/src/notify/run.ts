import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { NotifyConfig } from '../config.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';
import { isGone, thisProcess } from '../this-process.ts';
import { noticeMessage } from './message.ts';
import { sendMail } from './sendmail.ts';

const MS_PER_HOUR = 3_600_000;
/** Longer than a sendmail may take. */
const PATIENCE_MS = 90_000;
const LOOK_AGAIN_MS = 200;

/**
 * Tells an address of the backscatter that it was not told of yet, whichever run brought it, when there is enough of it and
 * the last notice is long enough ago. What was told is remembered after sendmail took the notice: a crash in between tells
 * it twice, never not at all.
 */
export async function notify(shell: Shell, store: Store, config: NotifyConfig, run: number): Promise<void> {
  const { to } = config;
  if (to === null) return;
  const lock = `notice ${to}`;
  // Of two runs that end at once each would tell the same. Whoever gets no turn leaves it to a later one.
  if (!(await takeTurn(shell, store, lock))) return;
  try {
    await tell(shell, store, { ...config, to }, run);
  } finally {
    await store.scanLocks.release(thisProcess(), lock);
  }
}

async function tell(
  shell: Shell,
  store: Store,
  config: NotifyConfig & { readonly to: string },
  run: number,
): Promise<void> {
  const { to } = config;
  const last = await store.notices.lastEvent();
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

async function takeTurn(shell: Shell, { scanLocks }: Store, lock: string): Promise<boolean> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const now = shell.now();
    const [other] = await scanLocks.take([lock], thisProcess(), now, (held) => isGone(held, now));
    if (other === undefined) return true;
    if (performance.now() > giveUpAt || shell.signal.aborted) return false;
    await wait(LOOK_AGAIN_MS);
  }
}
