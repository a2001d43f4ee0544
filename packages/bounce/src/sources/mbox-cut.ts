import { sourceError } from './errors.ts';
import { openMbox, resume } from './mbox-position.ts';
import { readFrom } from './mbox-read.ts';
import { FROM_START, type UnreadPart } from './mbox-unread.ts';
import type { CutPiece, Piece, PieceSize, RawMessage, SourceOptions } from './source.ts';

/**
 * Cuts an mbox on the borders of its messages. The whole of it is read for that: where a message ends may depend on the
 * Content-Length of all before it. Each piece begins with the position that the one before ends with, and what the
 * reader had learned up to there is part of that, so that the pieces hold the very messages that one reading finds.
 */
export async function* cutMbox(
  parts: AsyncIterable<UnreadPart>,
  options: SourceOptions,
  size: PieceSize,
  onHalfWritten: () => void,
): AsyncGenerator<CutPiece> {
  for await (const { opened, from, after } of parts) {
    let begin = { after, end: from.end };
    let last: { readonly message: RawMessage; readonly end: number } | null = null;
    let count = 0;
    const cutOff = (): CutPiece[] => {
      const until = last?.message.position?.() ?? null;
      if (last === null || until === null) return [];
      const piece: Piece = { kind: 'range', label: opened.path, after: begin.after, until };
      const cut: CutPiece = { piece, messages: count, sizeBytes: last.end - begin.end };
      begin = { after: until, end: last.end };
      [last, count] = [null, 0];
      return [cut];
    };
    for await (const { message, end } of readFrom(opened, from, options)) {
      if (message === null) {
        onHalfWritten();
        continue;
      }
      if (end - begin.end > size.bytes) yield* cutOff();
      [last, count] = [{ message, end }, count + 1];
      if (count >= size.messages || end - begin.end >= size.bytes) yield* cutOff();
    }
    yield* cutOff();
  }
}

/** The messages of a piece, while the file is what it was up to its end. */
export async function* readMboxPiece(path: string, piece: Piece, options: SourceOptions): AsyncGenerator<RawMessage> {
  if (piece.kind !== 'range') throw sourceError('source-changed', path);
  const opened = await openMbox(path);
  try {
    const until = await resume(opened, piece.until);
    const from = piece.after === null ? FROM_START : await resume(opened, piece.after);
    if (until === null || from === null) throw sourceError('source-changed', path);
    for await (const { message, end } of readFrom(opened, from, options)) {
      if (message === null) break;
      yield message;
      if (end >= until.end) return;
    }
    throw sourceError('source-changed', path);
  } finally {
    await opened.file.close();
  }
}
