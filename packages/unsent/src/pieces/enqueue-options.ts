import type { PieceSize } from '@unsent/bounce';
import { UnsentError } from '@unsent/dns';
import { configuredSources, type LoginFlags } from '../scan/mailboxes.ts';
import { type ScanFlags, wholeNumber } from '../scan/options.ts';
import type { Shell } from '../shell.ts';

export type EnqueueRequest = {
  readonly sources: readonly string[];
  readonly size: PieceSize;
  readonly expireSeconds: number;
  readonly retries: number;
  readonly login: LoginFlags;
};

/** Seconds of work for a worker: long enough that a piece costs next to nothing, short enough to be done twice. */
const DEFAULT_MESSAGES = 2000;
const MAX_BYTES = 16 << 20;
const DEFAULT_EXPIRE_SECONDS = 600;
/** pg-boss takes less than a day. */
export const MAX_EXPIRE_SECONDS = 86_000;
const DEFAULT_RETRIES = 3;

/** What a scan does and workers do not. */
const ONLY_SCAN = ['action', 'again', 'dryRun', 'failOn', 'forget', 'jobs', 'keep', 'notify', 'top', 'yes'] as const;

/** Checks the flags. Throws `usage`, exit code 2. */
export async function enqueueRequest(
  shell: Shell,
  sources: readonly string[],
  flags: ScanFlags,
): Promise<EnqueueRequest> {
  const wrong = ONLY_SCAN.find((name) => flags[name] !== undefined && flags[name].toString() !== '');
  if (wrong !== undefined) {
    const flag = wrong.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usage(
      `--${flag} does not go with --enqueue`,
      'Workers only count; keep, notify and domains are those of their configuration.',
    );
  }
  if (sources.length === 0)
    throw usage('scan --enqueue needs a mailbox', 'Name an mbox, a Maildir, a folder or imaps://USER@HOST/FOLDER.');
  if (sources.includes('-')) throw usage('standard input (-) cannot be cut for others', 'Write it to a file first.');
  await refuseActions(shell, sources);
  const number = (name: 'piece' | 'expire' | 'retries', standard: number, min: number, max: number): number =>
    flags[name] === undefined ? standard : wholeNumber(`--${name}`, flags[name], min, max);
  return {
    sources,
    size: { messages: number('piece', DEFAULT_MESSAGES, 1, 100_000), bytes: MAX_BYTES },
    expireSeconds: number('expire', DEFAULT_EXPIRE_SECONDS, 1, MAX_EXPIRE_SECONDS),
    retries: number('retries', DEFAULT_RETRIES, 0, 100),
    login: flags,
  };
}

/** What workers have counted is not new to a scan any more, and its action would never be done. */
async function refuseActions(shell: Shell, sources: readonly string[]): Promise<void> {
  const { mailboxes } = await shell.config();
  const acting = mailboxes.filter(({ actions }) => (actions ?? []).length > 0);
  const found = configuredSources({ mailboxes: acting }).find((label) => sources.includes(label));
  if (found !== undefined)
    throw usage(`${found} has an action in the configuration, which workers do not do`, 'Leave it to unsent scan.');
}

function usage(message: string, hint: string): UnsentError {
  return new UnsentError('usage', { message, hint, exitCode: 2 });
}
