import { parseIp } from '@unsent/dns';
import type { PolicyRequest } from './request.ts';

type Kept =
  | 'protocol_state'
  | 'client_address'
  | 'client_name'
  | 'helo_name'
  | 'sender'
  | 'recipient'
  | 'instance'
  | 'queue_id'
  | 'sasl_username';

/** What the rules and the log go by, by the length of its name: of the 30 lines of a request few need a second look. */
const KEPT_BY_LENGTH: readonly (readonly Kept[] | undefined)[] = [
  ...Array<undefined>(6),
  ['sender'],
  undefined,
  ['instance', 'queue_id'],
  ['helo_name', 'recipient'],
  undefined,
  ['client_name'],
  undefined,
  ['sasl_username'],
  ['protocol_state', 'client_address'],
];

const EQUALS = 0x3d;
const LF = 0x0a;

/**
 * The request whose `name=value` lines are `text`, or what is wrong with them.
 *
 * Reads each character once, and makes strings of the few values that are used alone; `attributesOf` gives all.
 */
export function readRequest(text: string): PolicyRequest | string {
  const kept: Record<Kept, string> = {
    protocol_state: '',
    client_address: '',
    client_name: '',
    helo_name: '',
    sender: '',
    recipient: '',
    instance: '',
    queue_id: '',
    sasl_username: '',
  };
  for (let start = 0; start < text.length; ) {
    const equals = endOfName(text, start);
    if (equals === -1) return 'a line without "="';
    if (equals === start) return 'a line without a name';
    const end = endOfLine(text, equals + 1);
    for (const name of KEPT_BY_LENGTH[equals - start] ?? []) {
      if (text.startsWith(name, start)) kept[name] = text.slice(equals + 1, end);
    }
    start = end + 1;
  }
  return {
    protocolState: kept.protocol_state,
    client: kept.client_address === '' ? null : parseIp(kept.client_address),
    clientName: kept.client_name,
    helo: kept.helo_name,
    sender: kept.sender,
    recipient: kept.recipient,
    instance: kept.instance,
    queueId: kept.queue_id,
    saslUsername: kept.sasl_username,
    text,
  };
}

/** Everything that was sent, known and unknown; of a repeated name the last one counts. */
export function attributesOf({ text }: Pick<PolicyRequest, 'text'>): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (let start = 0; start < text.length; ) {
    const equals = endOfName(text, start);
    const end = endOfLine(text, start);
    if (equals !== -1) attributes.set(text.slice(start, equals), text.slice(equals + 1, end));
    start = end + 1;
  }
  return attributes;
}

/** Where the first `=` of the line stands, or -1. */
function endOfName(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === EQUALS) return at;
    if (code === LF) return -1;
  }
  return -1;
}

function endOfLine(text: string, start: number): number {
  for (let at = start; at < text.length; at++) if (text.charCodeAt(at) === LF) return at;
  return text.length;
}
