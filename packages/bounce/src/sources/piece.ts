import { sourceError } from './errors.ts';
import type { CutPiece, MailSource, Piece, PieceSize, RawMessage, SourceMemory } from './source.ts';

/** Cuts what is unread of a source; what cannot be cut is one piece. `label`: how workers shall open it. */
export async function* cutSource(
  source: MailSource,
  label: string,
  memory: SourceMemory,
  size: PieceSize,
): AsyncGenerator<CutPiece> {
  if (source.pieces === undefined) {
    yield { piece: { kind: 'whole', label }, messages: null, sizeBytes: null };
    return;
  }
  yield* source.pieces.cut(memory, size);
}

/**
 * A piece as a source of its own, so that it is read like any other. It never moves the cursor of its source past what
 * others read: a range has none, and of a Maildir only the names of what was read are remembered. `name` is the key of
 * that cursor where it was cut.
 */
export function pieceOf(source: MailSource, piece: Piece, name: string | null = source.name): MailSource {
  if (piece.kind === 'whole') return { ...source, name };
  const { pieces } = source;
  if (pieces === undefined) throw sourceError('source-changed', source.label);
  return {
    name: piece.kind === 'range' ? null : name,
    kind: source.kind,
    label: source.label,
    progress: () => source.progress(),
    notes: () => source.notes(),
    messages: (memory) => pieces.read(piece, memory),
  };
}

/** Cuts keys of messages, for sources without an order. */
export function* cutItems(label: string, keys: readonly string[], { messages }: PieceSize): Generator<CutPiece> {
  for (let from = 0; from < keys.length; from += messages) {
    const items = keys.slice(from, from + messages);
    yield { piece: { kind: 'items', label, items }, messages: items.length, sizeBytes: null };
  }
}

/**
 * The messages of a piece of a source without an order: the source itself, seen through a memory that calls everything
 * else read. A mailbox that has none of them is another one, as of another host.
 */
export async function* readItems(source: MailSource, piece: Piece, memory: SourceMemory): AsyncGenerator<RawMessage> {
  if (piece.kind !== 'items') throw sourceError('source-changed', source.label);
  const wanted = new Set(piece.items);
  const messages = source.messages({
    ...memory,
    position: null,
    unread: async (listed) => {
      const there = listed.filter((item) => wanted.has(item));
      if (there.length === 0) throw sourceError('source-changed', source.label);
      return there;
    },
  });
  // What is no item, as a folder that cannot be listed, is in no piece.
  for await (const message of messages) if (message.item !== null) yield message;
}

/** Which part of its mailbox a piece is, for people. */
export function pieceText(piece: Piece): string {
  switch (piece.kind) {
    case 'whole':
      return 'all of it';
    case 'items':
      return `${piece.items.length} messages from ${piece.items[0] ?? 'nowhere'} on`;
    case 'range': {
      const [before, last] = [piece.after === null ? 0 : numberIn(piece.after), numberIn(piece.until)];
      return before === null || last === null ? 'a part of it' : `messages ${before + 1} to ${last}`;
    }
  }
}

/** An mbox position counts messages, one of an IMAP folder names the last. */
function numberIn(position: string): number | null {
  const found = /"(?:count|lastUid)":(\d+)/.exec(position)?.[1];
  return found === undefined ? null : Number(found);
}

/** Reads what was JSON; null for what another version wrote. */
export function parsePiece(value: unknown): Piece | null {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('label' in value)) return null;
  const { kind, label } = value;
  if (typeof label !== 'string') return null;
  if (kind === 'whole') return { kind, label };
  if (kind === 'items' && 'items' in value && isTexts(value.items)) return { kind, label, items: value.items };
  if (kind !== 'range' || !('after' in value) || !('until' in value)) return null;
  const { after, until } = value;
  if ((after !== null && typeof after !== 'string') || typeof until !== 'string') return null;
  return { kind, label, after, until };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
