import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CutPiece, cutSource, isImapAddress, type MailSource } from '@unsent/bounce';
import type { ExitCode } from '@unsent/dns';
import type { PieceQueue, StoredPiece } from '@unsent/store';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import { imapAccounts } from '../scan/mailboxes.ts';
import { basisOf, ownDomains } from '../scan/make-pipeline.ts';
import type { ScanFlags } from '../scan/options.ts';
import { memoryOf } from '../scan/pipeline.ts';
import { forEachSource, printNotes, printProblem } from '../scan/read-sources.ts';
import { endRuns } from '../scan/run-ends.ts';
import type { Shell } from '../shell.ts';
import type { Store } from '../store.ts';
import { type EnqueueRequest, enqueueRequest, MAX_EXPIRE_SECONDS } from './enqueue-options.ts';
import { judgedBy } from './judged-by.ts';
import { openShared } from './shared.ts';

/** What became of one source. `unfinished`: pieces of an earlier cut, which keep it from being cut again. */
type Enqueued = {
  readonly source: string;
  /** What its pieces bring belongs to this run; null where there are none. */
  readonly run: number | null;
  readonly pieces: number;
  /** Null when it is known only to whoever reads it. */
  readonly messages: number | null;
  readonly unfinished: number;
};

/** A worker that reads less than this in a second is given up with what cannot be cut. */
const SLOWEST_BYTES_PER_SECOND = 100_000;

/** `unsent scan --enqueue`: cuts what is unread into pieces, and puts them where workers find them. */
export async function runEnqueue(shell: Shell, sources: readonly string[], flags: ScanFlags): Promise<ExitCode> {
  const request = await enqueueRequest(shell, sources, flags);
  return shell.uninterrupted(async () => {
    const { store, queue } = await openShared(shell, 'visitor');
    const kind = { basis: basisOf(await ownDomains(shell, store)), judgedBy: await judgedBy(shell) };
    const enqueued: Enqueued[] = [];
    const labels = request.sources.map((label) => (isImapAddress(label) ? label : resolve(shell.cwd, label)));
    const accountFor = await imapAccounts(shell, request.login);
    const failed = await forEachSource(shell, labels, accountFor, async (source) => {
      if (source.kind === 'stream' || source.name === null) {
        printProblem(shell, `${source.label} is no file: nobody can read it twice.`, null);
        return false;
      }
      const done = await enqueueOne(shell, { store, queue, ...kind, request }, source, source.name);
      enqueued.push(done);
      if (!shell.options.json && !shell.options.quiet) shell.stdout.write(`${line(done)}\n`);
      printNotes(shell, source, null);
      return true;
    });
    await endRuns(shell, store);
    if (shell.options.json) shell.stdout.write(`${JSON.stringify({ sources: enqueued, failed })}\n`);
    return failed > 0 ? 1 : 0;
  });
}

type Enqueueing = {
  readonly store: Store;
  readonly queue: PieceQueue<object>;
  readonly basis: string;
  readonly judgedBy: string;
  readonly request: EnqueueRequest;
};

const NOTHING = { run: null, pieces: 0, messages: 0, unfinished: 0 } as const;

async function enqueueOne(
  shell: Shell,
  { store, queue, basis, judgedBy: kind, request }: Enqueueing,
  source: MailSource,
  name: string,
): Promise<Enqueued> {
  const nothing = { ...NOTHING, source: source.label };
  const { memory } = await memoryOf(store.ledger, name);
  const cuts: CutPiece[] = [];
  for await (const cut of cutSource(source, source.label, memory, request.size)) {
    // Half of a cut would be no cut: all of it is put at once.
    if (shell.signal.aborted) return nothing;
    cuts.push(cut);
  }
  if (cuts.length === 0) return nothing;
  const last = cuts.at(-1)?.piece;
  const until = last?.kind === 'range' ? last.until : null;
  const pieces = await Promise.all(cuts.map((cut) => storedPiece(cut, request.expireSeconds)));
  const { run } = await store.ledger.startRun(shell.now(), [source.label], basis);
  const cut = { run, source: name, label: source.label, judgedBy: kind, before: memory.position, until, pieces };
  const unfinished = await queue.put(cut, request.retries);
  if (unfinished === 0) return { ...nothing, run, pieces: pieces.length, messages: sumOf(cuts) };
  await store.ledger.finishRun(run, shell.now(), 0);
  return { ...nothing, unfinished };
}

function sumOf(cuts: readonly CutPiece[]): number | null {
  const known = cuts.flatMap(({ messages }) => messages ?? []);
  return known.length < cuts.length ? null : known.reduce((sum, count) => sum + count, 0);
}

/** What cannot be cut is given the time that a slow disk takes for it. */
async function storedPiece({ piece, messages }: CutPiece, expireSeconds: number): Promise<StoredPiece<object>> {
  if (piece.kind !== 'whole') return { piece, messages, expireSeconds };
  const { size } = await stat(piece.label);
  const seconds = expireSeconds + Math.ceil(size / SLOWEST_BYTES_PER_SECOND);
  return { piece, messages, expireSeconds: Math.min(seconds, MAX_EXPIRE_SECONDS) };
}

function line({ source, pieces, messages, unfinished }: Enqueued): string {
  const label = escapeForTerminal(source);
  if (unfinished > 0) return `${label}: left as it is: ${plural(unfinished, 'piece')} of it not finished yet`;
  if (pieces === 0) return `${label}: nothing new`;
  return `${label}: ${plural(pieces, 'piece')}${messages === null ? '' : `, ${plural(messages, 'message')}`}`;
}
