import {
  type ImapAccount,
  type ImapAddress,
  imapSources,
  isImapAddress,
  type MailSource,
  openSource,
  type Piece,
  parsePiece,
  pieceOf,
} from '@unsent/bounce';
import { UnsentError } from '@unsent/dns';
import type { TakenPiece } from '@unsent/store';
import { type Pipeline, type SourceTotals, scanSource } from '../scan/pipeline.ts';
import { sourceOptions } from '../scan/read-sources.ts';
import type { Shell } from '../shell.ts';

/** How the reading of a piece ended. 'broken-off': somebody asked for that; what was read until then is counted. */
export type PieceOutcome =
  | { readonly kind: 'read'; readonly totals: SourceTotals }
  | { readonly kind: 'broken-off' }
  | { readonly kind: 'failed'; readonly reason: string };

export type PieceTools = {
  readonly shell: Shell;
  readonly accountFor: (address: ImapAddress) => ImapAccount;
  readonly pipeline: Pipeline;
  /** Ends the reading early. */
  readonly stop: AbortSignal;
};

/** Before a piece expires and is another's, so that it is never failed under the hands of that one. */
const MARGIN = 0.9;

/** Judges and records what is in a piece. Rejects only when the database fails. */
export async function readPiece(
  taken: TakenPiece,
  { shell, accountFor, pipeline, stop }: PieceTools,
): Promise<PieceOutcome> {
  const piece = parsePiece(taken.piece);
  if (piece === null) return { kind: 'failed', reason: 'it was cut by another version of unsent' };
  const expiry = AbortSignal.timeout(taken.expireSeconds * 1000 * MARGIN);
  const signal = AbortSignal.any([stop, expiry]);
  try {
    const totals = await withSource(shell, piece, accountFor, signal, (source) =>
      scanSource(pieceOf(source, piece, taken.source), { ...pipeline, signal }),
    );
    const { unreadable, firstUnreadable } = totals;
    if (unreadable > 0)
      return { kind: 'failed', reason: `${unreadable} of its messages could not be opened (${firstUnreadable})` };
    if (!signal.aborted) return { kind: 'read', totals };
  } catch (error) {
    if (error instanceof UnsentError && error.code.startsWith('store-')) throw error;
    if (!signal.aborted) return { kind: 'failed', reason: reasonOf(error) };
  }
  if (stop.aborted) return { kind: 'broken-off' };
  return { kind: 'failed', reason: `it was not read to its end within ${taken.expireSeconds} s` };
}

async function withSource<T>(
  shell: Shell,
  { label }: Piece,
  accountFor: PieceTools['accountFor'],
  signal: AbortSignal,
  work: (source: MailSource) => Promise<T>,
): Promise<T> {
  const options = sourceOptions(shell);
  if (!isImapAddress(label)) return work(await openSource(label, shell.stdin, options));
  const { sources, close } = await imapSources(label, accountFor, { ...options, signal });
  try {
    const [source] = sources;
    if (source === undefined) throw new Error('the folder is gone');
    return await work(source);
  } finally {
    await close();
  }
}

/** One line. What is no error for people is a bug, told as one, that ends a piece and not the worker. */
function reasonOf(error: unknown): string {
  if (error instanceof UnsentError) return error.message;
  return `a bug in unsent: ${error instanceof Error ? error.message : String(error)}`.replace(/\s+/g, ' ');
}
