import { addressList, mailboxOf } from './address.ts';
import type { MessageKind } from './kind.ts';
import { type MailMessage, readParts } from './message.ts';
import { parseMailDate } from './mime-date.ts';
import { foreignParts, withForeignTexts } from './mime-foreign.ts';
import {
  type HeaderBlock,
  type HeaderList,
  headerList,
  rawHeader,
  rawHeaders,
  readHeaderBlock,
} from './mime-header.ts';
import { normaliseHeader, normaliseMessage } from './mime-text.ts';
import { decodeHeaderValue } from './mime-words.ts';
import { messageIdOf } from './original.ts';
import { parseReceived } from './original-received.ts';
import { type HeaderSigns, headerSigns, isPlainlyOrdinary } from './prefilter.ts';
import { type KindAndReport, readReport } from './read-report.ts';
import type { BounceReport, ReceivedHop } from './report.ts';
import { isSiteListAwaited, loadSiteList } from './site.ts';

/** To whom the message was delivered, as the receiving side wrote it down. Addresses without brackets, in order, no repeats. */
export type EnvelopeHints = {
  /** Delivered-To, X-Original-To, Envelope-To, X-Envelope-To, Apparently-To. */
  readonly deliveredTo: readonly string[];
  /** To and Cc, which anybody may have written. */
  readonly to: readonly string[];
  /** Return-Path without brackets: '' is the null sender, null means the field is missing. */
  readonly returnPath: string | null;
};

/** One message, read. Never an exception: a message that cannot be read has an `error` and the kind 'ordinary'. */
export type MailRead = {
  readonly kind: MessageKind;
  /** Without angle brackets. */
  readonly messageId: string | null;
  readonly subject: string | null;
  /** The Date header. */
  readonly date: Date | null;
  readonly headers: HeaderList;
  /** The first Received lines of the message itself, topmost first: our own side wrote them. At most 16. */
  readonly received: readonly ReceivedHop[];
  readonly envelope: EnvelopeHints;
  /** Non-null for bounces, complaints and automatic answers. */
  readonly report: BounceReport | null;
  /** What went wrong or was cut short, for the record; null when nothing did. */
  readonly error: string | null;
};

/** Bounds on the work one message may cause. */
export type ReadOptions = {
  /** Bytes beyond this are not looked at. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds after which optional steps are left out. Default 4000. */
  readonly timeLimitMs?: number;
  /** The clock for the time limit: `performance.now` or a test's own. Without it only the other bounds hold. */
  readonly clock?: () => number;
};

const DEFAULT_MAX_BYTES = 67_108_864;

/** Reads one message: what kind it is, and what it reports. Never throws and never rejects. */
export function readMessage(bytes: Uint8Array, options: ReadOptions = {}): MailRead | Promise<MailRead> {
  try {
    const header = normaliseHeader(bytes);
    const block = readHeaderBlock(header, 0, header.length);
    const signs = headerSigns(block);
    if (isPlainlyOrdinary(block, signs, bytes)) return mailRead(block, signs.subject, ORDINARY, null);
    const raw = normaliseMessage(bytes, options.maxBytes ?? DEFAULT_MAX_BYTES);
    const message = readParts(raw.text, raw.text.startsWith(header) ? block : null);
    return readWhole(message, signs, raw.isCut, deadlineOf(options));
  } catch (error) {
    return unreadable(error);
  }
}

function readWhole(
  message: MailMessage,
  signs: HeaderSigns,
  isCut: boolean,
  isLate: () => boolean,
): MailRead | Promise<MailRead> {
  const finish = (whole: MailMessage): MailRead => {
    const found = readReport(whole, signs, isLate);
    return mailRead(whole.header, signs.subject, found, isCut ? CUT : isLate() ? LATE : null);
  };
  // The first message of a process that needs the list of sites is read twice.
  const finishWithSites = (whole: MailMessage): MailRead | Promise<MailRead> => {
    const read = finish(whole);
    if (!isSiteListAwaited()) return read;
    return loadSiteList()
      .then(() => finish(whole))
      .catch(unreadable);
  };
  const foreign = foreignParts(message);
  if (foreign.length > 0) return withForeignTexts(message, foreign).then(finishWithSites).catch(unreadable);
  return finishWithSites(message);
}

const DEFAULT_TIME_LIMIT_MS = 4000;

function deadlineOf({ clock, timeLimitMs }: ReadOptions): () => boolean {
  if (clock === undefined) return () => false;
  const end = clock() + (timeLimitMs ?? DEFAULT_TIME_LIMIT_MS);
  return () => clock() > end;
}

const ORDINARY: KindAndReport = { kind: 'ordinary', report: null };
const CUT = 'longer than the limit: the rest was not looked at';
const LATE = 'took longer than the limit: optional fields were left out';
const MAX_RECEIVED = 16;

function mailRead(header: HeaderBlock, subject: string, found: KindAndReport, error: string | null): MailRead {
  return new LazyMailRead(header, subject === '' ? null : subject, found, error);
}

// What most messages are never asked for is read when asked. A class, because an object literal with getters costs
// more than a tenth of reading a message: the engine gives each one a shape of its own.
class LazyMailRead implements MailRead {
  readonly kind: MessageKind;
  readonly report: BounceReport | null;
  readonly subject: string | null;
  readonly error: string | null;
  readonly #header: HeaderBlock;
  #received: readonly ReceivedHop[] | null = null;
  #envelope: EnvelopeHints | null = null;

  constructor(header: HeaderBlock, subject: string | null, found: KindAndReport, error: string | null) {
    this.#header = header;
    this.kind = found.kind;
    this.report = found.report;
    this.subject = subject;
    this.error = error;
  }

  get headers(): HeaderList {
    return headerList(this.#header);
  }

  get messageId(): string | null {
    return this.#header.byName.has('message-id') ? messageIdOf(rawHeader(this.#header, 'message-id')) : null;
  }

  get date(): Date | null {
    return parseMailDate(decodeHeaderValue(rawHeader(this.#header, 'date')));
  }

  get received(): readonly ReceivedHop[] {
    this.#received ??= rawHeaders(this.#header, 'received').slice(0, MAX_RECEIVED).map(parseReceived);
    return this.#received;
  }

  get envelope(): EnvelopeHints {
    this.#envelope ??= envelopeHints(this.#header);
    return this.#envelope;
  }
}

const DELIVERED_TO = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'apparently-to'];
const MAX_ADDRESSES = 50;

function envelopeHints(header: HeaderBlock): EnvelopeHints {
  const addressesOf = (names: readonly string[]): readonly string[] => {
    const raws = names.flatMap((name) => rawHeaders(header, name).slice(0, MAX_ADDRESSES));
    return [...new Set(raws.flatMap((raw) => addressList(decodeHeaderValue(raw), MAX_ADDRESSES)))];
  };
  const path = header.byName.has('return-path') ? decodeHeaderValue(rawHeader(header, 'return-path')) : null;
  return {
    deliveredTo: addressesOf(DELIVERED_TO),
    to: addressesOf(['to', 'cc']),
    returnPath: path === null ? null : mailboxOf(path),
  };
}

function unreadable(error: unknown): MailRead {
  return {
    kind: 'ordinary',
    messageId: null,
    subject: null,
    date: null,
    headers: { get: () => null, all: () => [], fields: () => [] },
    received: [],
    envelope: { deliveredTo: [], to: [], returnPath: null },
    report: null,
    error: error instanceof Error ? error.message : String(error),
  };
}
