import { createHmac } from 'node:crypto';
import type { BatvKey } from './own-domains.ts';

/** An envelope sender with a tag, as draft-levine-smtp-batv §4.2 builds it: `prvs=KDDDSSSSSS=local@domain`. */
export type TaggedAddress = {
  readonly digit: number;
  /** DDD: a day since 1970 modulo 1000. */
  readonly day: number;
  /** Six hex digits, lower-cased. */
  readonly mac: string;
  /** The address without its tag. */
  readonly address: string;
};

/**
 * `valid`: only a holder of the key can have made it. `expired`: made by the key, but not in these days.
 * `invalid`: the key is known and did not make it. `unknown-key`: its digit is none of ours, so nothing is known.
 */
export type BatvStatus = 'valid' | 'expired' | 'invalid' | 'unknown-key';

const TAG = /^prvs=(\d)(\d{3})([0-9a-f]{6})=(.+)$/i;

/** Reads the tag of an address; null when it has none. */
export function readBatvTag(address: string): TaggedAddress | null {
  const match = TAG.exec(address);
  if (match === null) return null;
  const [, digit = '', day = '', mac = '', bare = ''] = match;
  return { digit: Number(digit), day: Number(day), mac: mac.toLowerCase(), address: bare };
}

/** The address without a BATV tag. */
export function withoutBatvTag(address: string): string {
  return readBatvTag(address)?.address ?? address;
}

const DAY_MS = 86_400_000;
/** The draft lets a tag live seven days; one more for the clocks and zones of strangers. */
const LIFETIME_DAYS = 8;

/**
 * Checks a tag against the keys of its domain, for a message that came at `at`.
 *
 * The draft writes the day of expiry into DDD, some signers the day of signing; a window to both sides takes either.
 * It costs nothing: the tag cannot be made without the key, and nothing is let in by it here.
 */
export function checkBatvTag(tag: TaggedAddress, keys: readonly BatvKey[], at: Date): BatvStatus {
  const candidates = keys.filter((key) => key.digit === tag.digit);
  if (candidates.length === 0) return 'unknown-key';
  if (!candidates.some((key) => batvMac(tag, key) === tag.mac)) return 'invalid';
  const today = Math.floor(at.getTime() / DAY_MS) % 1000;
  const distance = Math.abs(tag.day - today);
  return Math.min(distance, 1000 - distance) <= LIFETIME_DAYS ? 'valid' : 'expired';
}

// The address is folded to lower case: what comes back may have been folded on the way.
function batvMac(tag: TaggedAddress, key: BatvKey): string {
  const signed = `${tag.digit}${String(tag.day).padStart(3, '0')}${tag.address.toLowerCase()}`;
  return createHmac('sha1', key.secret).update(signed).digest('hex').slice(0, 6);
}
