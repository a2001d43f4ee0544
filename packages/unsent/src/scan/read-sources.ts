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
import { type Pipeline, type SourceTotals, scanSource } from './pipeline.ts';

/** What came of all sources together. `failed`: sources that could not be read, or not all of them. */
export type ScanTotals = { readonly totals: SourceTotals; readonly read: number; readonly failed: number };

export type SourceTools = {
  readonly accountFor: (address: ImapAddress) => ImapAccount;
  /** What is done with the messages of a source that was named by `label`. */
  readonly actorFor: (source: MailSource, label: string) => Promise<Actor | null>;
  readonly take: TakeMailbox;
};

type Reading = {
  readonly actorFor: SourceTools['actorFor'];
  readonly take: TakeMailbox;
  readonly shell: Shell;
  readonly pipeline: Pipeline;
  readonly totals: { -readonly [K in keyof SourceTotals]: number };
  read: number;
  failed: number;
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
  const reading: Reading = { actorFor, take, shell, pipeline, totals, read: 0, failed: 0 };
  const options = sourceOptions(shell);
  for (const label of labels) {
    if (shell.signal.aborted) break;
    await orTell(reading, async () => {
      if (!isImapAddress(label)) return readFiles(reading, label, options);
      const { sources, close } = await imapSources(label, accountFor, { ...options, signal: shell.signal });
      try {
        for (const source of sources) {
          if (shell.signal.aborted) break;
          await orTell(reading, () => readOne(reading, source, label));
        }
      } finally {
        await close();
      }
    });
  }
  return reading;
}

async function readFiles(reading: Reading, label: string, options: SourceOptions): Promise<void> {
  for (const path of await expandPath(label)) {
    if (reading.shell.signal.aborted) break;
    await orTell(reading, async () => readOne(reading, await openSource(path, reading.shell.stdin, options), label));
  }
}

async function readOne(reading: Reading, source: MailSource, label: string): Promise<void> {
  if (!(await reading.take(source))) return;
  const actor = await reading.actorFor(source, label);
  const found = await scanSource(source, { ...reading.pipeline, actor });
  reading.totals.read += found.read;
  reading.totals.added += found.added;
  reading.totals.changed += found.changed;
  reading.totals.faulty += found.faulty;
  reading.totals.unreadable += found.unreadable;
  reading.read++;
  if (found.unreadable > 0) reading.failed++;
  printNotes(reading.shell, source, found);
}

/** A source that cannot be read is its owner's problem; anything else is ours and ends the scan. */
async function orTell(reading: Reading, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UnsentError) || !(error.code.startsWith('source-') || error.code === 'secret-missing')) {
      throw error;
    }
    printProblem(reading.shell, error.message, error.hint);
    reading.failed++;
  }
}

function printNotes(shell: Shell, source: MailSource, { unreadable }: SourceTotals): void {
  if (unreadable > 0) {
    const text = `${source.label}: ${unreadable} of its messages could not be opened; the next run tries them again.`;
    printProblem(shell, text, null);
  }
  if (shell.options.quiet) return;
  for (const { place, text } of source.notes()) shell.stderr.write(`unsent: ${escapeForTerminal(place)}: ${text}\n`);
}

function printProblem(shell: Shell, message: string, hint: string | null): void {
  shell.stderr.write(`unsent: ${escapeForTerminal(message)}\n`);
  if (hint !== null) shell.stderr.write(`  ${escapeForTerminal(hint)}\n`);
}
