import { type LogLine, type LogReader, senderDomain } from './sent-message.ts';

/**
 * Reads JSON lines: `{"messageId":"…","from":"…","date":"…"}`, and where known `"queueId"` and `"host"`.
 *
 * A date without a zone is UTC. Other keys (recipients, subjects) are not looked at.
 */
export function jsonLinesReader(): LogReader {
  return { take: readLine, rest: () => [] };
}

function readLine(line: string): LogLine {
  if (line.trim() === '') return { kind: 'skipped' };
  const value = parse(line);
  if (value === null) return unreadable('it is no JSON object');
  const [messageId, from, date] = ['messageId', 'from', 'date'].map((key) => textOf(value, key));
  if (messageId == null || messageId === '') return unreadable('it has no "messageId"');
  if (from == null) return unreadable('it has no "from"');
  const at = parseDate(date ?? '');
  if (at === null) return unreadable('its "date" is missing or no ISO 8601 date');
  const host = textOf(value, 'host') ?? '';
  // The null sender is a bounce of ours: nothing comes back for it.
  if (from === '' || from === '<>') return { kind: 'read', at, host, messages: [] };
  const message = {
    messageId: messageId.replace(/^<|>$/g, ''),
    queueId: textOf(value, 'queueId'),
    host,
    senderDomain: senderDomain(from.replace(/>$/, '')),
    at,
    wentOut: true,
  };
  return { kind: 'read', at, host, messages: [message] };
}

function unreadable(why: string): LogLine {
  return { kind: 'unreadable', why };
}

function parse(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null; // JSON.parse has no other way to say so
  }
}

function textOf(value: object, key: string): string | null {
  const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof found === 'string' ? found : null;
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** An ISO 8601 date and time; without a zone it is UTC, not the zone of whoever runs this. */
export function parseDate(text: string): Date | null {
  const match = ISO_DATE.exec(text);
  if (match === null) return null;
  const isTimed = text.length > 10;
  const at = new Date(isTimed && match[1] === undefined ? `${text.replace(' ', 'T')}Z` : text.replace(' ', 'T'));
  return Number.isNaN(at.getTime()) ? null : at;
}
