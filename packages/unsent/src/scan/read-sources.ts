import { resolve } from 'node:path';
import {
  DEFAULT_MAX_MESSAGE_BYTES,
  DEFAULT_SETTLE_MS,
  expandPath,
  type ImapAccount,
  type ImapAddress,
  imapSources,
  isImapAddress,
  type MailSource,
  openSource,
  type SourceOptions,
} from '@unsent/bounce';
import { UnsentError } from '@unsent/dns';
import type { Actor } from '../actions/actor.ts';
import { escapeForTerminal } from '../output/escape.ts';
import type { Shell } from '../shell.ts';
import type { TakeMailbox } from './mailbox-locks.ts';
import { type Pipeline, type SourceScan, type SourceTotals, scanSource } from './pipeline.ts';

/** What came of all sources together. `failed`: sources that could not be read, or not all of them. */
export type ScanTotals = { readonly totals: SourceTotals; readonly read: number; readonly failed: number };

export type SourceTools = {
  readonly accountFor: (address: ImapAddress) => ImapAccount;
  /** What is done with the messages of a source that was named by `label`. */
  readonly actorFor: (source: MailSource, label: string) => Promise<Actor | null>;
  readonly take: TakeMailbox;
};

/** Bounds and the clock for every source. */
export function sourceOptions(shell: Shell): SourceOptions {
  return { maxMessageBytes: DEFAULT_MAX_MESSAGE_BYTES, settleMs: DEFAULT_SETTLE_MS, now: () => shell.now() };
}

/** Reads the sources one after the other; one that cannot be read is told and stops none of the others. */
export async function scanSources(
  shell: Shell,
  labels: readonly string[],
  pipeline: Pipeline,
  { accountFor, actorFor, take }: SourceTools,
): Promise<ScanTotals> {
  const totals = { read: 0, added: 0, changed: 0, faulty: 0, unreadable: 0 };
  let read = 0;
  const failed = await forEachSource(shell, labels, accountFor, async (source, label) => {
    if (!(await take(source))) return true;
    const found = await scanSource(source, { ...pipeline, actor: await actorFor(source, label) });
    totals.read += found.read;
    totals.added += found.added;
    totals.changed += found.changed;
    totals.faulty += found.faulty;
    totals.unreadable += found.unreadable;
    read++;
    printNotes(shell, source, found);
    return found.unreadable === 0;
  });
  return { totals, read, failed };
}

/**
 * Opens what the labels name, one source after the other, until the signal. One that cannot be read is told; resolves to
 * the number of those, and of those for which `work` gave false.
 */
export async function forEachSource(
  shell: Shell,
  labels: readonly string[],
  accountFor: SourceTools['accountFor'],
  work: (source: MailSource, label: string) => Promise<boolean>,
): Promise<number> {
  const options = sourceOptions(shell);
  let failed = 0;
  const attempt = async (reading: () => Promise<boolean>): Promise<void> => {
    if (!shell.signal.aborted && !(await orTell(shell, reading))) failed++;
  };
  for (const label of labels) {
    await attempt(async () => {
      if (!isImapAddress(label)) {
        // Absolute, so that what is written down means the same wherever the next command is run.
        const named = label === '-' ? label : resolve(shell.cwd, label);
        for (const path of await expandPath(named)) {
          await attempt(async () => work(await openSource(path, shell.stdin, options), label));
        }
        return true;
      }
      const { sources, close } = await imapSources(label, accountFor, { ...options, signal: shell.signal });
      try {
        for (const source of sources) await attempt(() => work(source, label));
      } finally {
        await close();
      }
      return true;
    });
  }
  return failed;
}

/** A source that cannot be read is its owner's problem; anything else is ours and ends the scan. */
async function orTell(shell: Shell, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (!isOwnersProblem(error)) throw error;
    printProblem(shell, error.message, error.hint);
    return false;
  }
}

/** True for what whoever owns the source can mend. */
function isOwnersProblem(error: unknown): error is UnsentError {
  return error instanceof UnsentError && (error.code.startsWith('source-') || error.code === 'secret-missing');
}

/** What a source left out, and why; `found` is null where it was not read. */
export function printNotes(shell: Shell, source: MailSource, found: SourceScan | null): void {
  if (found !== null && found.unreadable > 0) {
    const text = `${source.label}: ${found.unreadable} of its messages could not be opened; the next run tries them again.`;
    printProblem(shell, text, found.firstUnreadable);
  }
  if (shell.options.quiet) return;
  for (const { place, text } of source.notes()) shell.stderr.write(`unsent: ${escapeForTerminal(place)}: ${text}\n`);
}

/** One line, and what to do, on standard error. */
export function printProblem(shell: Shell, message: string, hint: string | null): void {
  shell.stderr.write(`unsent: ${escapeForTerminal(message)}\n`);
  if (hint !== null) shell.stderr.write(`  ${escapeForTerminal(hint)}\n`);
}
