import { createPublicKey, type KeyObject } from 'node:crypto';
import { compact, decodeBase64, parseTags, type TagList } from './tags.ts';

/** A public key from `selector._domainkey.domain` (RFC 6376 §3.6.1). */
export type DkimKey = {
  readonly kind: 'rsa' | 'ed25519';
  readonly key: KeyObject;
  /** Flag `y`: the domain only tests DKIM, so that a signature means nothing yet. */
  readonly isTesting: boolean;
  /** Flag `s`: `i=` must name exactly `d=`. */
  readonly isStrict: boolean;
};

/** `absent` is no key record at all, `revoked` an empty `p=`. */
export type KeyProblem = { readonly problem: 'absent' | 'revoked' | 'unusable'; readonly detail: string };

const MIN_RSA_BITS = 1024; // RFC 8301 §3.2
const MAX_RSA_BITS = 8192; // beyond it one signature costs too much

/** Reads one key record, its character-strings joined. Never throws. */
export function parseKey(text: string): DkimKey | KeyProblem {
  const tags = parseTags(text);
  if (tags === null || !tags.has('p')) return { problem: 'absent', detail: 'no key record' };
  if (!isVersionFirst(tags)) return unusable('v= is not DKIM1 at the start');
  const value = compact(tags.get('p') ?? '');
  if (value === '') return { problem: 'revoked', detail: 'the key was revoked' };
  if (!listAllows(tags.get('h'), ['sha256'])) return unusable('the key forbids sha256');
  if (!listAllows(tags.get('s'), ['*', 'email'])) return unusable('the key is not for mail');
  const kind = compact(tags.get('k') ?? 'rsa').toLowerCase();
  if (kind !== 'rsa' && kind !== 'ed25519') return unusable('the key type is unknown');
  const key = readPublicKey(kind, decodeBase64(value));
  if (typeof key === 'string') return unusable(key);
  const flags = compact(tags.get('t') ?? '')
    .toLowerCase()
    .split(':');
  return { kind, key, isTesting: flags.includes('y'), isStrict: flags.includes('s') };
}

function unusable(detail: string): KeyProblem {
  return { problem: 'unusable', detail };
}

function isVersionFirst(tags: TagList): boolean {
  const [first] = tags.keys();
  return !tags.has('v') || (first === 'v' && tags.get('v') === 'DKIM1');
}

function listAllows(list: string | undefined, wanted: readonly string[]): boolean {
  return (
    list === undefined ||
    compact(list)
      .toLowerCase()
      .split(':')
      .some((one) => wanted.includes(one))
  );
}

// RFC 8463 §4.2: an Ed25519 key is the bare 32 octets; this is the DER in front of them (RFC 8410 §4).
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

function readPublicKey(kind: 'rsa' | 'ed25519', bytes: Buffer | null): KeyObject | string {
  if (bytes === null) return 'p= is no base64';
  if (kind === 'ed25519') {
    if (bytes.length !== 32) return 'an Ed25519 key has 32 octets';
    return tryKey(Buffer.concat([ED25519_PREFIX, bytes]), 'spki') ?? 'p= is no key';
  }
  // RFC 6376 §3.6.1 says RSAPublicKey, everybody publishes SubjectPublicKeyInfo (its erratum 3017): take both.
  const key = tryKey(bytes, 'spki') ?? tryKey(bytes, 'pkcs1');
  if (key === null || key.asymmetricKeyType !== 'rsa') return 'p= is no RSA key';
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS ? key : `an RSA key of ${bits} bits is not accepted`;
}

function tryKey(bytes: Buffer, type: 'spki' | 'pkcs1'): KeyObject | null {
  try {
    return createPublicKey({ key: bytes, format: 'der', type });
  } catch {
    return null; // node:crypto has no way to ask first
  }
}
