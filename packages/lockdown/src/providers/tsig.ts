import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DomainName, WireRecord } from '@unsent/dns';
import { skipName } from '@unsent/dns';
import { encodeName, uint16 } from './rfc2136-message.ts';

/** RFC 8945 §6: the algorithms in use, without those that must not be. */
export const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512', 'hmac-sha224', 'hmac-sha1'] as const;

export type TsigKey = {
  readonly name: DomainName;
  readonly algorithm: (typeof TSIG_ALGORITHMS)[number];
  /** The shared secret itself, decoded. */
  readonly secret: Uint8Array;
};

const TYPE_TSIG = 250;
const CLASS_ANY = 255;
/** Seconds that clocks may differ (RFC 8945 §10 recommends 300). */
const FUDGE_SECONDS = 300;
/** An answer may be signed this much later than the question. */
const ANSWER_SECONDS = 60;

/** A signed message, and the MAC that the answer's signature builds on. */
export type SignedMessage = { readonly message: Buffer; readonly mac: Buffer };

/** Why a signature is not accepted; `server` is what the server itself says (RFC 8945 §5.2). */
export type TsigProblem = 'BADSIG' | 'BADKEY' | 'BADTIME' | 'BADTRUNC' | 'missing' | 'forged' | 'stale';

/** Signs a request (RFC 8945 §5.1): the MAC covers the message and the signature's own variables. */
export function signMessage(message: Buffer, key: TsigKey, now: Date): SignedMessage {
  const seconds = Math.floor(now.getTime() / 1000);
  const mac = digest(key, [message, variables(key, seconds, 0, Buffer.alloc(0))]);
  const data = Buffer.concat([
    algorithmName(key),
    timers(seconds, FUDGE_SECONDS),
    uint16(mac.length),
    mac,
    message.subarray(0, 2),
    uint16(0),
    uint16(0),
  ]);
  const record = Buffer.concat([
    encodeName(key.name),
    uint16(TYPE_TSIG),
    uint16(CLASS_ANY),
    Buffer.alloc(4),
    uint16(data.length),
    data,
  ]);
  const signed = Buffer.concat([message, record]);
  signed.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return { message: signed, mac };
}

/** Judges the messages of an answer, one after the other. */
export type TsigCheck = {
  /** Null while all is well; `last` is the last additional record of the message. */
  take(message: Buffer, last: WireRecord | undefined): TsigProblem | null;
  /** To be asked after the last message: it must have been signed (RFC 8945 §5.3.1). */
  end(): TsigProblem | null;
};

/**
 * Checks the signatures of an answer, which may come in several messages (RFC 8945 §5.3.1): the first must be signed, and
 * a later signature covers the unsigned messages before it.
 */
export function tsigCheck(key: TsigKey, requestMac: Buffer, now: Date): TsigCheck {
  let mac = requestMac;
  let unsigned: Buffer[] = [];
  let isFirst = true;
  return {
    take(message, last) {
      if (last?.type !== TYPE_TSIG) {
        if (isFirst) return 'missing';
        unsigned.push(message);
        return null;
      }
      const signature = readSignature(message, last);
      if (signature === null) return 'forged';
      if (signature.error !== null) return signature.error;
      const { seconds, fudge } = signature;
      const bare = withoutSignature(message, last, signature.originalId);
      const tail = isFirst ? variables(key, seconds, 0, Buffer.alloc(0), fudge) : timers(seconds, fudge);
      const expected = digest(key, [uint16(mac.length), mac, ...unsigned, bare, tail]);
      if (signature.mac.length !== expected.length || !timingSafeEqual(signature.mac, expected)) return 'forged';
      if (Math.abs(now.getTime() / 1000 - seconds) > fudge + ANSWER_SECONDS) return 'stale';
      mac = signature.mac;
      unsigned = [];
      isFirst = false;
      return null;
    },
    end: () => (isFirst || unsigned.length > 0 ? 'missing' : null),
  };
}

type Signature = {
  readonly seconds: number;
  readonly fudge: number;
  readonly mac: Buffer;
  readonly originalId: Buffer;
  readonly error: TsigProblem | null;
};

const ERRORS: ReadonlyMap<number, TsigProblem> = new Map([
  [16, 'BADSIG'],
  [17, 'BADKEY'],
  [18, 'BADTIME'],
  [22, 'BADTRUNC'],
]);

function readSignature(message: Buffer, record: WireRecord): Signature | null {
  const at = skipName(message, record.start);
  if (at + 10 > record.end) return null;
  const macLength = message.readUInt16BE(at + 8);
  const afterMac = at + 10 + macLength;
  if (afterMac + 6 > record.end) return null;
  return {
    seconds: message.readUIntBE(at, 6),
    fudge: message.readUInt16BE(at + 6),
    mac: message.subarray(at + 10, afterMac),
    originalId: message.subarray(afterMac, afterMac + 2),
    error: ERRORS.get(message.readUInt16BE(afterMac + 2)) ?? null,
  };
}

/** The message as it was before it was signed. */
function withoutSignature(message: Buffer, { ownerAt }: WireRecord, originalId: Buffer): Buffer {
  const bare = Buffer.from(message.subarray(0, ownerAt));
  originalId.copy(bare, 0);
  bare.writeUInt16BE(bare.readUInt16BE(10) - 1, 10);
  return bare;
}

/** RFC 8945 §4.3.3: TSIG variables. */
function variables(key: TsigKey, seconds: number, error: number, other: Buffer, fudge: number = FUDGE_SECONDS): Buffer {
  return Buffer.concat([
    encodeName(key.name),
    uint16(CLASS_ANY),
    Buffer.alloc(4),
    algorithmName(key),
    timers(seconds, fudge),
    uint16(error),
    uint16(other.length),
    other,
  ]);
}

/** Time signed (48 bits) and fudge. */
function timers(seconds: number, fudge: number): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeUIntBE(seconds, 0, 6);
  octets.writeUInt16BE(fudge, 6);
  return octets;
}

function algorithmName({ algorithm }: TsigKey): Buffer {
  return Buffer.concat([Buffer.of(algorithm.length), Buffer.from(algorithm, 'latin1'), Buffer.of(0)]);
}

function digest({ algorithm, secret }: TsigKey, parts: readonly Buffer[]): Buffer {
  const hmac = createHmac(algorithm.slice('hmac-'.length), secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}
