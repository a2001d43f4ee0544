import { sourceError } from './errors.ts';
import { type ImapPosition, listUids, readImapPosition, readUids } from './imap-read.ts';
import type { ImapSession } from './imap-session.ts';
import type { CutPiece, Piece, PieceSize, RawMessage, SourceMemory, SourceOptions } from './source.ts';

/** Cuts the numbers that the folder has now into ranges; no message is fetched. */
export async function* cutImap(
  session: ImapSession,
  folder: string,
  label: string,
  memory: SourceMemory,
  size: PieceSize,
): AsyncGenerator<CutPiece> {
  const before = readImapPosition(memory.position);
  const { at, uids } = await session.inFolder(folder, 'read', (client) => listUids(client, before));
  let last = at.lastUid;
  for (let from = 0; from < uids.length; from += size.messages) {
    const some = uids.slice(from, from + size.messages);
    // Those that failed before stand first, and below.
    const retry = some.filter((uid) => uid <= at.lastUid);
    const after: ImapPosition = { uidValidity: at.uidValidity, lastUid: last, retry };
    last = Math.max(last, some.at(-1) ?? 0);
    const until: ImapPosition = { uidValidity: at.uidValidity, lastUid: last, retry: [] };
    const piece: Piece = { kind: 'range', label, after: JSON.stringify(after), until: JSON.stringify(until) };
    yield { piece, messages: some.length, sizeBytes: null };
  }
}

/** The messages of a piece, while the folder has the numbers that it was cut by (UIDVALIDITY, RFC 3501 §2.3.1.1). */
export async function* readImapPiece(
  session: ImapSession,
  folder: string,
  label: string,
  piece: Piece,
  options: SourceOptions,
): AsyncGenerator<RawMessage> {
  const [after, until] = piece.kind === 'range' ? [piece.after, piece.until] : [null, null];
  const [first, last] = [readImapPosition(after), readImapPosition(until)];
  if (first === null || last === null) throw sourceError('source-changed', label);
  const listed = await session.inFolder(folder, 'read', (client) => listUids(client, first, last.lastUid));
  if (listed.at.uidValidity !== last.uidValidity) throw sourceError('source-changed', label);
  const wanted = { ...listed, uids: listed.uids.filter((uid) => uid <= last.lastUid) };
  const reading = readUids(session, folder, wanted, options);
  for (let next = await reading.next(); ; next = await reading.next()) {
    if (next.done === true) {
      if (next.value === 'whole') return;
      throw sourceError('source-changed', label);
    }
    if (next.value.message !== null) yield next.value.message(label);
  }
}
