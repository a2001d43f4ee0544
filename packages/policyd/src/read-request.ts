import { parseIp } from '@unsent/dns';
import type { PolicyRequest } from './request.ts';

/** A request, and how many octets it takes with the empty line after it; or what is wrong with it. */
export type ReadRequest = { readonly request: PolicyRequest; readonly length: number } | string;

type Values = { clientAddress: string } & { -readonly [K in keyof Omit<PolicyRequest, 'client' | 'text'>]: string };

const NOTHING: readonly (readonly [string, keyof Values])[] = [];
/** What the rules and the log go by, by the length of its name: of the 30 lines of a request few need a second look. */
const KEPT_BY_LENGTH: readonly (typeof NOTHING | undefined)[] = [
  ...Array<undefined>(6),
  [['sender', 'sender']],
  undefined,
  [
    ['instance', 'instance'],
    ['queue_id', 'queueId'],
  ],
  [
    ['helo_name', 'helo'],
    ['recipient', 'recipient'],
  ],
  undefined,
  [['client_name', 'clientName']],
  undefined,
  [['sasl_username', 'saslUsername']],
  [
    ['protocol_state', 'protocolState'],
    ['client_address', 'clientAddress'],
  ],
];

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
  while (at < text.length) {
    const lineEnd = endOfLine(text, at);
    if (lineEnd === at) break;
    const equals = text.indexOf('=', at);
    if (equals === -1 || equals > lineEnd) return 'a line without "="';
    if (equals === at) return 'a line without a name';
    for (const [name, key] of KEPT_BY_LENGTH[equals - at] ?? NOTHING) {
      if (text.startsWith(name, at)) values[key] = buffer.toString('utf8', start + equals + 1, start + lineEnd);
    }
    at = lineEnd + 1;
  }
  return { request: requestOf(values, at < text.length ? text.slice(0, at) : text), length: at + 1 };
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
