import { parseIp } from '@unsent/dns';
import type { PolicyRequest } from './request.ts';

/** A request, and how many octets it takes with the empty line after it; or what is wrong with it. */
export type ReadRequest = { readonly request: PolicyRequest; readonly length: number } | string;

type Values = { clientAddress: string } & { -readonly [K in keyof Omit<PolicyRequest, 'client' | 'text'>]: string };

/** The octets of a request from `start` on, and the same as text, one character for each octet. */
type Source = { readonly buffer: Buffer; readonly start: number; readonly text: string };

/**
 * Reads the `name=value` lines of `buffer` from `start` to the first empty one, or to `end`.
 *
 * Makes strings of the few values that are used alone; `attributesOf` gives all. Each is a string of its own: a slice
 * would keep the whole request in memory for as long as some cache keeps one name of it.
 */
export function readRequest(buffer: Buffer, start: number, end: number): ReadRequest {
  const text = buffer.toString('latin1', start, end);
  const source = { buffer, start, text };
  const values = noValues();
  let at = 0;
  while (at < text.length) {
    const lineEnd = endOfLine(text, at);
    if (lineEnd === at) break;
    const equals = text.indexOf('=', at);
    if (equals === -1 || equals > lineEnd) return 'a line without "="';
    if (equals === at) return 'a line without a name';
    keepIfUsed(values, source, at, equals, lineEnd);
    at = lineEnd + 1;
  }
  return { request: requestOf(values, at < text.length ? text.slice(0, at) : text), length: at + 1 };
}

/** Keeps what the rules and the log go by. First by the length of the name: of 30 lines few need a second look. */
function keepIfUsed(values: Values, source: Source, at: number, equals: number, lineEnd: number): void {
  const { text } = source;
  switch (equals - at) {
    case 6:
      if (text.startsWith('sender', at)) values.sender = valueIn(source, equals, lineEnd);
      break;
    case 8:
      if (text.startsWith('instance', at)) values.instance = valueIn(source, equals, lineEnd);
      else if (text.startsWith('queue_id', at)) values.queueId = valueIn(source, equals, lineEnd);
      break;
    case 9:
      if (text.startsWith('helo_name', at)) values.helo = valueIn(source, equals, lineEnd);
      else if (text.startsWith('recipient', at)) values.recipient = valueIn(source, equals, lineEnd);
      break;
    case 11:
      if (text.startsWith('client_name', at)) values.clientName = valueIn(source, equals, lineEnd);
      break;
    case 13:
      if (text.startsWith('sasl_username', at)) values.saslUsername = valueIn(source, equals, lineEnd);
      break;
    case 14:
      if (text.startsWith('protocol_state', at)) values.protocolState = valueIn(source, equals, lineEnd);
      else if (text.startsWith('client_address', at)) values.clientAddress = valueIn(source, equals, lineEnd);
  }
}

/** What stands after the equals sign. Many lines say nothing, and an empty string needs no decoder. */
function valueIn({ buffer, start }: Source, equals: number, lineEnd: number): string {
  return equals + 1 === lineEnd ? '' : buffer.toString('utf8', start + equals + 1, start + lineEnd);
}

/** Everything that was sent, known and unknown; of a repeated name the last one counts. */
export function attributesOf({ text }: Pick<PolicyRequest, 'text'>): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  const utf8 = (from: number, to: number): string => Buffer.from(text.slice(from, to), 'latin1').toString();
  for (let start = 0; start < text.length; ) {
    const equals = text.indexOf('=', start);
    const end = endOfLine(text, start);
    if (equals !== -1 && equals < end) attributes.set(utf8(start, equals), utf8(equals + 1, end));
    start = end + 1;
  }
  return attributes;
}

function noValues(): Values {
  return {
    protocolState: '',
    clientAddress: '',
    clientName: '',
    helo: '',
    sender: '',
    recipient: '',
    instance: '',
    queueId: '',
    saslUsername: '',
  };
}

function requestOf(values: Values, text: string): PolicyRequest {
  const { protocolState, clientAddress, clientName, helo, sender, recipient, instance, queueId, saslUsername } = values;
  const client = clientAddress === '' ? null : parseIp(clientAddress);
  return { protocolState, client, clientName, helo, sender, recipient, instance, queueId, saslUsername, text };
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}
