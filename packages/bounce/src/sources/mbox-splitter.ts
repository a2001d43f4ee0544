import { isFromLine, MAX_FROM_LINE } from './from-line.ts';
import {
  type Boundary,
  contentLengthEnd,
  findNextMessage,
  landing,
  lineAt,
  withoutBlankLine,
} from './mbox-boundary.ts';
import type { MboxPiece, SplitterOptions } from './mbox-piece.ts';

/** Cuts a stream of bytes at the From_ lines; the chunks may end anywhere. Memory: one message and one chunk. */
export interface MboxSplitter {
  push(chunk: Uint8Array): MboxPiece[];
  /** Call once, after the last chunk. */
  end(): MboxPiece[];
}

/** All indices are into `buffer`; `base` is the offset of its first byte in the mbox. */
type State = {
  buffer: Buffer;
  length: number;
  base: number;
  readonly maxMessageBytes: number;
  isLast: boolean;
  lengthTrust: number;
  /** The message being read; null before the first and behind the last. */
  message: Message | null;
  /** From where to look for the next From_ line. */
  scan: number;
};

type Message = {
  /** Where its content begins (behind the From_ line), and the offset of that in the mbox. */
  content: number;
  readonly contentOffset: number;
  /** Where its Content-Length leads, 'more': not known yet, -1: nowhere. */
  promisedEnd: number | 'more';
  /** The same while it is believed, else -1. */
  lengthEnd: number;
  /** What is kept of a message over the limit. */
  kept: Buffer | null;
};

type Cut = { readonly from: number; readonly to: number; readonly kept: Buffer | null } & Omit<MboxPiece, 'bytes'>;

const FIRST_CAPACITY = 1 << 20;
/** A region beyond this is given away with its memory instead of being copied. */
const MAX_COPY = 4 << 20;
/** A mailbox that changed its ways is believed again after so many messages. */
const MAX_TRUST = 8;
const FROM = Buffer.from('From ');
const MARK = Buffer.from('\nFrom ');
const LF = 0x0a;

export function mboxSplitter(options: SplitterOptions): MboxSplitter {
  const state: State = {
    buffer: Buffer.allocUnsafe(FIRST_CAPACITY),
    length: 0,
    base: options.offset,
    maxMessageBytes: options.maxMessageBytes,
    isLast: false,
    lengthTrust: options.lengthTrust,
    message: null,
    scan: 0,
  };
  return {
    push(chunk) {
      append(state, chunk);
      return advance(state);
    },
    end() {
      state.isLast = true;
      return advance(state);
    },
  };
}

function append(state: State, chunk: Uint8Array): void {
  if (state.length + chunk.length > state.buffer.length) {
    const used = firstNeeded(state);
    const needed = state.length - used + chunk.length;
    // Room for twice what is needed: the bytes that stay are then moved only once in a while.
    const target = needed * 2 > state.buffer.length ? Buffer.allocUnsafe(needed * 2) : state.buffer;
    moveTo(state, target, used);
  }
  state.buffer.set(chunk, state.length);
  state.length += chunk.length;
}

/** The first byte that is still looked at: of the current message, or, of one over the limit, just before `scan`. */
function firstNeeded(state: State): number {
  if (state.message === null || state.message.kept !== null) return Math.max(0, state.scan - 2);
  return Math.max(0, state.message.content - 2);
}

function moveTo(state: State, target: Buffer, from: number): void {
  state.buffer.copy(target, 0, from, state.length);
  state.buffer = target;
  state.length -= from;
  state.base += from;
  state.scan -= from;
  if (state.message === null) return;
  state.message.content -= from;
  if (state.message.lengthEnd !== -1) state.message.lengthEnd -= from;
  if (typeof state.message.promisedEnd === 'number' && state.message.promisedEnd !== -1) {
    state.message.promisedEnd -= from;
  }
}

function advance(state: State): MboxPiece[] {
  const bytes = state.buffer.subarray(0, state.length);
  const cuts: Cut[] = [];
  if (state.message === null) seekFirst(state, bytes);
  while (state.message !== null) {
    const message: Message = state.message;
    const found = findEnd(state, message, bytes);
    if (found.kind === 'more') {
      keepHeadOfLarge(state, message, bytes);
      break;
    }
    cuts.push(found.kind === 'none' ? cutLast(state, message, bytes) : cutAt(state, message, bytes, found));
    if (found.kind === 'none' || found.next >= bytes.length) {
      state.message = null;
      state.scan = bytes.length;
    } else beginMessage(state, bytes, found.next);
  }
  return takeOut(state, bytes, cuts);
}

/** Finds the first From_ line. What cannot be the beginning of a message is read over. */
function seekFirst(state: State, bytes: Buffer): void {
  if (state.base === 0 && state.scan === 0) {
    if (bytes.indexOf(LF) === -1 && !state.isLast) return;
    // The very first line decided that this is an mbox at all, so its date may have any shape.
    if (bytes.subarray(0, FROM.length).equals(FROM)) beginMessage(state, bytes, 0);
    if (state.message !== null) return;
  }
  while (state.scan < bytes.length) {
    const line = lineAt(bytes, state.scan, MAX_FROM_LINE, state.isLast);
    if (line === 'more') return;
    if (isFromLine(line.text)) {
      beginMessage(state, bytes, state.scan);
      return;
    }
    state.scan = line.end;
  }
}

/** Makes the message whose (whole) From_ line is at `at` the current one. */
function beginMessage(state: State, bytes: Buffer, at: number): void {
  const lineEnd = bytes.indexOf(LF, at);
  const content = lineEnd === -1 ? bytes.length : lineEnd + 1;
  const contentOffset = state.base + content;
  state.message = { content, contentOffset, promisedEnd: 'more', lengthEnd: -1, kept: null };
  // The end of the From_ line may be the line end before the next one.
  state.scan = content - 1;
}

function findEnd(state: State, message: Message, bytes: Buffer): Boundary {
  if (message.promisedEnd === 'more') {
    const end = contentLengthEnd(bytes, message.content, state.isLast);
    if (end === 'more') return { kind: 'more', scan: state.scan };
    message.promisedEnd = end;
    message.lengthEnd = state.lengthTrust < 0 ? -1 : end;
  }
  if (message.lengthEnd !== -1) {
    const landed = landing(bytes, message.lengthEnd, state.isLast);
    if (landed.kind !== 'none') return landed;
    message.lengthEnd = -1;
  }
  const found = findNextMessage(bytes, message.content, state.scan, state.isLast);
  if (found.kind === 'more') state.scan = found.scan;
  return found;
}

/** From then on only `scan` decides what must stay in memory. */
function keepHeadOfLarge(state: State, message: Message, bytes: Buffer): void {
  const isLarge = bytes.length - message.content > state.maxMessageBytes + MAX_FROM_LINE;
  if (message.kept !== null || message.lengthEnd !== -1 || !isLarge) return;
  message.kept = Buffer.from(bytes.subarray(message.content, message.content + state.maxMessageBytes));
}

function cutAt(state: State, message: Message, bytes: Buffer, found: Boundary & { readonly kind: 'found' }): Cut {
  const isByLength = message.lengthEnd !== -1;
  const isUnquoted = isByLength && bytes.subarray(message.content, found.contentEnd).includes(MARK);
  learn(state, message, found.contentEnd, found.next);
  const cut = cutTo(state, message, found.contentEnd);
  return { ...cut, end: state.base + found.next, endedBy: isByLength ? 'length' : 'next', isUnquoted };
}

function cutLast(state: State, message: Message, bytes: Buffer): Cut {
  const contentEnd = withoutBlankLine(bytes, message.content, bytes.length);
  const promisesMore = state.lengthTrust >= 0 && message.promisedEnd !== -1;
  const isClosed = contentEnd < bytes.length && !promisesMore;
  learn(state, message, contentEnd, bytes.length);
  const cut = cutTo(state, message, contentEnd);
  return { ...cut, end: state.base + bytes.length, endedBy: isClosed ? 'blank-line' : 'open', isUnquoted: false };
}

/** Did its Content-Length name the end that was found? */
function learn(state: State, { promisedEnd }: Message, contentEnd: number, next: number): void {
  if (promisedEnd === -1 || promisedEnd === 'more') return;
  // Two bytes off is right as well: writers disagree about the empty line.
  const isRight = promisedEnd >= contentEnd - 2 && promisedEnd <= next;
  state.lengthTrust = Math.max(-MAX_TRUST, Math.min(MAX_TRUST, state.lengthTrust + (isRight ? 1 : -1)));
}

function cutTo(state: State, message: Message, contentEnd: number) {
  const to = Math.min(contentEnd, message.content + state.maxMessageBytes);
  const sizeBytes = state.base + contentEnd - message.contentOffset;
  const { contentOffset: offset, kept } = message;
  const region = kept === null ? { from: message.content, to } : { from: contentEnd, to: contentEnd };
  return { ...region, kept, offset, sizeBytes, lengthTrust: state.lengthTrust };
}

/** Hands out the pieces with memory of their own, because the buffer is used again. */
function takeOut(state: State, bytes: Buffer, cuts: readonly Cut[]): MboxPiece[] {
  const first = cuts[0]?.from ?? 0;
  const last = cuts.at(-1)?.to ?? 0;
  const isGivenAway = last - first > MAX_COPY;
  const region = isGivenAway ? bytes.subarray(first, last) : Buffer.from(bytes.subarray(first, last));
  if (isGivenAway) {
    const used = firstNeeded(state);
    moveTo(state, Buffer.allocUnsafe(Math.max(FIRST_CAPACITY, (state.length - used) * 2)), used);
  }
  return cuts.map(({ from, to, kept, ...piece }) => ({
    ...piece,
    bytes: kept ?? region.subarray(from - first, to - first),
  }));
}
