import { parseDate } from './json-lines.ts';
import { type LogReader, type SentMessage, senderDomain } from './sent-message.ts';

/** A message in the queue, as far as the log has told. */
type Queued = {
  messageId: string | null;
  senderDomain: string | null;
  at: Date;
  readonly host: string;
  readonly queueId: string;
  delivery: 'none' | 'inside' | 'outside';
};

/** Queue entries that are kept open at once; more are let go, the oldest first. */
const MAX_OPEN = 100_000;

/**
 * Reads Postfix log lines: cleanup(8) tells the Message-ID of a queue id, qmgr(8) its envelope sender and its removal,
 * smtp(8) and the others where it went. Other programs' lines count for the time that is covered.
 *
 * `now` gives the year to timestamps of RFC 3164, which have none; they are in the local zone.
 */
export function postfixReader(now: Date): LogReader {
  const open = new Map<string, Queued>();
  return {
    take(line) {
      if (line.trim() === '') return { kind: 'skipped' };
      const stamp = readStamp(line, now);
      if (stamp === null) return { kind: 'unreadable', why: 'it does not begin with a time and a host name' };
      const { at, host } = stamp;
      const event = readEvent(stamp.rest);
      return { kind: 'read', at, host, messages: event === null ? [] : track(open, event, at, host) };
    },
    rest: () => [...open.values()].flatMap(finish),
  };
}

type Event = { readonly program: string; readonly queueId: string; readonly text: string };

function track(open: Map<string, Queued>, event: Event, at: Date, host: string): readonly SentMessage[] {
  const key = `${host} ${event.queueId}`;
  const messageId = event.program === 'cleanup' ? idIn(event.text) : null;
  const sender = event.program === 'qmgr' || event.program === 'nqmgr' ? between(event.text, 'from=<', '>,') : null;
  if (messageId !== null || sender !== null) {
    const queued = entryFor(open, key, at, host, event.queueId);
    queued.messageId = messageId ?? queued.messageId;
    queued.senderDomain = sender === null ? queued.senderDomain : senderDomain(sender);
    return letGo(open);
  }
  const queued = open.get(key);
  if (queued === undefined) return [];
  if (event.text.startsWith('to=<')) noteDelivery(queued, event);
  if (event.text !== 'removed') return [];
  open.delete(key);
  return finish(queued);
}

function entryFor(open: Map<string, Queued>, key: string, at: Date, host: string, queueId: string): Queued {
  const known = open.get(key);
  if (known !== undefined) return known;
  const made: Queued = { messageId: null, senderDomain: null, at, host, queueId, delivery: 'none' };
  open.set(key, made);
  return made;
}

function letGo(open: Map<string, Queued>): readonly SentMessage[] {
  if (open.size <= MAX_OPEN) return [];
  const [oldest] = open;
  if (oldest === undefined) return [];
  open.delete(oldest[0]);
  return finish(oldest[1]);
}

const INSIDE = new Set(['local', 'virtual', 'lmtp', 'pipe', 'discard', 'error', 'bounce']);

// A content filter on the loopback is no way out; the message comes back with another queue id.
function noteDelivery(queued: Queued, { program, text }: Event): void {
  const isInside = INSIDE.has(program) || /\brelay=(?:[^,\s]*\[(?:127\.|::1\])|local\b|virtual\b)/.test(text);
  if (!isInside) queued.delivery = 'outside';
  else if (queued.delivery === 'none') queued.delivery = 'inside';
}

/** A message without a sender's domain is a bounce of our own, or mail of the system to itself. */
function finish(queued: Queued): readonly SentMessage[] {
  const { messageId, senderDomain: domain, queueId, host, at } = queued;
  if (messageId === null || domain === null || domain === '') return [];
  return [{ messageId, queueId, host, senderDomain: domain, at, wentOut: queued.delivery !== 'inside' }];
}

const PROGRAM = /^\S*postfix\S*\/(\w+)\[\d+\]: ([0-9A-Za-z]{5,24}): (.*)$/;

function readEvent(rest: string): Event | null {
  const match = PROGRAM.exec(rest);
  if (match === null) return null;
  const [, program = '', queueId = '', text = ''] = match;
  return { program, queueId, text };
}

function idIn(text: string): string | null {
  if (!text.startsWith('message-id=')) return null;
  const id = text.slice('message-id='.length).trim().replace(/^<|>$/g, '');
  return id === '' ? null : id;
}

function between(text: string, start: string, end: string): string | null {
  if (!text.startsWith(start)) return null;
  const close = text.indexOf(end);
  return close === -1 ? null : text.slice(start.length, close);
}

type Stamp = { readonly at: Date; readonly host: string; readonly rest: string };

const RFC5424 = /^(?:<\d{1,3}>)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) (\S+) (.*)$/;
const RFC3164 = /^(?:<\d{1,3}>)?(\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\S+) (.*)$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function readStamp(line: string, now: Date): Stamp | null {
  const full = RFC5424.exec(line);
  if (full !== null) {
    const [, text = '', host = '', rest = ''] = full;
    const at = parseDate(text);
    return at === null ? null : { at, host, rest };
  }
  const short = RFC3164.exec(line);
  if (short === null) return null;
  const [, name = '', day = '', hour = '', minute = '', second = '', host = '', rest = ''] = short;
  const month = MONTHS.indexOf(name);
  if (month === -1) return null;
  const inYear = (year: number): Date =>
    new Date(year, month, Number(day), Number(hour), Number(minute), Number(second));
  const thisYear = inYear(now.getFullYear());
  // RFC 3164 has no year: a line is never from the future, so December read in January is last year's.
  const isAhead = thisYear.getTime() > now.getTime() + DAY_MS;
  return { at: isAhead ? inYear(now.getFullYear() - 1) : thisYear, host, rest };
}

const DAY_MS = 86_400_000;
