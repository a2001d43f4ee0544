import { parseIp } from '@unsent/dns';
import type { PolicyRequest } from './request.ts';

/** A request, and how many octets it takes with the empty line after it; or what is wrong with it. */
export type ReadRequest = { readonly request: PolicyRequest; readonly length: number } | string;

type Values = { clientAddress: string } & { -readonly [K in keyof Omit<PolicyRequest, 'client' | 'text'>]: string };

const EQUALS = 0x3d;
/** What the rules and the log go by. Octets, since a string takes several times as long to be compared. */
const CLIENT_ADDRESS = Buffer.from('client_address=');
const HELO_NAME = Buffer.from('helo_name=');
const INSTANCE = Buffer.from('instance=');
const PROTOCOL_STATE = Buffer.from('protocol_state=');
const RCPT = Buffer.from('RCPT\n');
const QUEUE_ID = Buffer.from('queue_id=');
const RECIPIENT = Buffer.from('recipient=');
const SENDER = Buffer.from('sender=');
const SASL_USERNAME = Buffer.from('sasl_username=');

/**
 * How long the name in each line was, the last time. Postfix sends the same names in the same order each time, so that
 * the equals sign need not be looked for.
 */
const nameLengths = new Uint8Array(64);

/**
 * Reads the `name=value` lines of `buffer` from `start` to the first empty one, or to `end`.
 *
 * Makes strings of the few values that are used alone; `attributesOf` gives all. Each is a string of its own: a slice
 * would keep the whole request in memory for as long as some cache keeps one name of it.
 */
export function readRequest(buffer: Buffer, start: number, end: number): ReadRequest {
  const text = buffer.toString('latin1', start, end);
  const values = noValues();
  let at = 0;
  for (let line = 0; at < text.length; line++) {
    const lineEnd = endOfLine(text, at);
    if (lineEnd === at) break;
    const expected = at + (nameLengths[line] ?? 0);
    if (expected >= lineEnd || buffer[start + expected] !== EQUALS) {
      const equals = text.indexOf('=', at);
      if (equals === -1 || equals > lineEnd) return 'a line without "="';
      nameLengths[line] = equals - at;
    }
    if (buffer[start + at] === EQUALS) return 'a line without a name';
    keepIfUsed(values, buffer, start + at, start + lineEnd);
    at = lineEnd + 1;
  }
  return { request: requestOf(values, at < text.length ? text.slice(0, at) : text), length: at + 1 };
}

/**
 * Keeps the value of the line between `at` and `end` when it is one of those that are used. First by one letter in which
 * a name differs from all others of Postfix's: of 30 lines few need to be compared.
 */
function keepIfUsed(values: Values, buffer: Buffer, at: number, end: number): void {
  switch (buffer[at]) {
    case 0x63: // c
      if (buffer[at + 7] === 0x61 && isAt(buffer, at, CLIENT_ADDRESS))
        values.clientAddress = valueIn(buffer, at + 15, end);
      break;
    case 0x68: // h
      if (isAt(buffer, at, HELO_NAME)) values.helo = valueIn(buffer, at + 10, end);
      break;
    case 0x69: // i
      if (isAt(buffer, at, INSTANCE)) values.instance = valueIn(buffer, at + 9, end);
      break;
    case 0x70: // p
      if (buffer[at + 9] === 0x73 && isAt(buffer, at, PROTOCOL_STATE)) {
        // The state in which most questions are asked needs no decoder.
        values.protocolState = isAt(buffer, at + 15, RCPT) ? 'RCPT' : valueIn(buffer, at + 15, end);
      }
      break;
    case 0x71: // q
      if (isAt(buffer, at, QUEUE_ID)) values.queueId = valueIn(buffer, at + 9, end);
      break;
    case 0x72: // r
      if (buffer[at + 9] === EQUALS && isAt(buffer, at, RECIPIENT)) values.recipient = valueIn(buffer, at + 10, end);
      break;
    case 0x73: // s
      if (buffer[at + 6] === EQUALS && isAt(buffer, at, SENDER)) values.sender = valueIn(buffer, at + 7, end);
      else if (buffer[at + 5] === 0x75 && isAt(buffer, at, SASL_USERNAME)) {
        values.saslUsername = valueIn(buffer, at + 14, end);
      }
  }
}

function isAt(buffer: Buffer, at: number, wanted: Buffer): boolean {
  for (let i = 0; i < wanted.length; i++) if (buffer[at + i] !== wanted[i]) return false;
  return true;
}

/** Many lines say nothing, and an empty string needs no decoder. */
function valueIn(buffer: Buffer, from: number, end: number): string {
  return from === end ? '' : buffer.toString('utf8', from, end);
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
    helo: '',
    sender: '',
    recipient: '',
    instance: '',
    queueId: '',
    saslUsername: '',
  };
}

function requestOf(values: Values, text: string): PolicyRequest {
  const { protocolState, clientAddress, helo, sender, recipient, instance, queueId, saslUsername } = values;
  const client = clientAddress === '' ? null : parseIp(clientAddress);
  return { protocolState, client, helo, sender, recipient, instance, queueId, saslUsername, text };
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}
