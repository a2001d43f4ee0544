import type { DomainName } from './name.ts';

/**
 * Names inside DNS messages (RFC 1035 §4.1.4). They are read octet by octet: a dot inside a label never becomes a
 * separator. The functions throw a plain Error on octets that are no name: the client answers 'malformed' then.
 */

const MAX_NAME_OCTETS = 255;
/** Pointers in a row before the next label; one is common, two are odd. */
const MAX_POINTERS = 8;
const DOT = 0x2e;
const BACKSLASH = 0x5c;
/** Where names are put together, four characters an octet at most: names are read one at a time. */
const scratch = Buffer.alloc(4 * (MAX_NAME_OCTETS + 1));

/** Where the name at `offset` ends. */
export function skipName(message: Buffer, offset: number): number {
  let at = offset;
  for (;;) {
    const length = message[at];
    if (length === undefined) throw malformed('a name is cut off');
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    if (length > 63) throw malformed('a label of unknown kind');
    at += length + 1;
  }
}

/**
 * The name at `offset` (RFC 1035 §4.1.4): lower case, no trailing dot, `.` for the root. Octets that no DomainName
 * holds, a dot inside a label among them, are escaped as in zone text: such a name contains a backslash.
 */
export function readName(message: Buffer, offset: number): string {
  let written = 0;
  let octets = 0;
  for (let at = labelAt(message, offset); ; ) {
    const length = message[at] ?? 0;
    octets += length + 1;
    // Ends circles too: every turn passes a label.
    if (octets > MAX_NAME_OCTETS) throw malformed('a name over 255 octets');
    if (length === 0) return written === 0 ? '.' : scratch.toString('latin1', 0, written - 1);
    const end = at + 1 + length;
    for (let i = at + 1; i < end; i++) {
      const octet = message[i] ?? 0;
      if (octet >= 0x41 && octet <= 0x5a) scratch[written++] = octet | 0x20;
      else if (octet <= 0x20 || octet >= 0x7f || octet === DOT || octet === BACKSLASH)
        written = escapeOctet(octet, written);
      else scratch[written++] = octet;
    }
    scratch[written++] = DOT;
    at = labelAt(message, end);
  }
}

/** True if the name at `offset` is `name`, compared without case. */
export function nameIs(message: Buffer, offset: number, name: string): boolean {
  let compared = 0;
  for (let at = labelAt(message, offset); ; ) {
    const length = message[at] ?? 0;
    if (length === 0) return compared === name.length + 1;
    const end = at + 1 + length;
    for (let i = at + 1; i < end; i++) {
      const octet = message[i] ?? 0;
      const folded = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
      // A dot inside a label is no separator.
      if (folded !== name.charCodeAt(compared++) || folded === DOT) return false;
    }
    if (compared !== name.length && name.charCodeAt(compared) !== DOT) return false;
    compared++;
    at = labelAt(message, end);
  }
}

/** Follows pointers from `offset` to a label and returns where its length octet is; the label lies in the message. */
function labelAt(message: Buffer, offset: number): number {
  let at = offset;
  for (let pointers = 0; pointers <= MAX_POINTERS; pointers++) {
    const length = message[at];
    if (length === undefined) throw malformed('a name is cut off');
    if (length < 64) {
      if (at + 1 + length > message.length) throw malformed('a name is cut off');
      return at;
    }
    if (length < 0xc0) throw malformed('a label of unknown kind');
    const target = ((length & 0x3f) << 8) | (message[at + 1] ?? 0xff);
    // RFC 1035 §4.1.4: to a prior occurrence.
    if (target >= at) throw malformed('a name points forward');
    at = target;
  }
  throw malformed('a pointer to a pointer to a pointer');
}

function escapeOctet(octet: number, at: number): number {
  scratch[at] = BACKSLASH;
  if (octet === DOT || octet === BACKSLASH) {
    scratch[at + 1] = octet;
    return at + 2;
  }
  scratch[at + 1] = 0x30 + Math.floor(octet / 100);
  scratch[at + 2] = 0x30 + (Math.floor(octet / 10) % 10);
  scratch[at + 3] = 0x30 + (octet % 10);
  return at + 4;
}

/** What `readName` read, if a DomainName can hold it; null for the root and for names with escapes. */
export function heldName(name: string): DomainName | null {
  return name === '.' || name.includes('\\') ? null : (name as DomainName);
}

/** An error that the client turns into the answer 'malformed'. */
export function malformed(fact: string): Error {
  return new Error(fact);
}
