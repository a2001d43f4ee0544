import { createHash, verify } from 'node:crypto';
import { type DomainName, parseDomainName, type Resolver } from '@unsent/dns';
import { canonicalBody, type RawField, signatureField, signedFields } from './canonical.ts';
import { type DkimKey, type KeyProblem, parseKey } from './key.ts';
import { type DkimSignature, dkimFields, fieldsOf, parseSignature } from './signature.ts';

/**
 * `verified`: the header block was signed with the domain's key; `body` says what is known of the body.
 * `bad-signature`: somebody changed a signed header, or never had the key. `expired`: x= had passed.
 * `no-key` covers revoked and testing keys and names without one; `unusable` what RFC 6376 tells a verifier to ignore.
 */
export type DkimStatus = 'verified' | 'bad-signature' | 'expired' | 'no-key' | 'unusable' | 'dns-failure';

/** `absent`: the report did not return it, so only the headers could be checked. `partly`: l= covers less than all. */
export type DkimBody = 'matches' | 'partly' | 'differs' | 'absent';

export type DkimResult = {
  readonly domain: DomainName;
  readonly selector: string;
  readonly status: DkimStatus;
  readonly body: DkimBody;
  readonly signedAt: Date | null;
  readonly detail: string;
};

export type DkimQuestion = {
  /** As it was sent: LF or CRLF, without the empty line. */
  readonly headerBytes: Uint8Array;
  /** Null when only the headers are known. */
  readonly bodyBytes: Uint8Array | null;
  /** Whose signatures are looked at; the others cost nothing. */
  readonly isWanted: (domain: DomainName) => boolean;
  /** When the message was handed over: an x= is judged by that time, not by today. */
  readonly at: Date;
};

const MAX_SIGNATURES = 4;
const MAX_KEY_RECORDS = 3;

/** Checks the wanted signatures of one message, topmost first. At most four, so that a forger cannot buy time. */
export async function verifyDkim(question: DkimQuestion, resolver: Resolver): Promise<readonly DkimResult[]> {
  const fields = fieldsOf(question.headerBytes);
  const results: DkimResult[] = [];
  for (const field of dkimFields(fields)) {
    if (results.length >= MAX_SIGNATURES) break;
    const signature = parseSignature(field);
    if (signature.domain === null || !question.isWanted(signature.domain)) continue;
    if ('problem' in signature) results.push(unusable(signature.domain, signature.problem));
    else results.push(await verifySignature(signature, fields, question, resolver));
  }
  return results;
}

function unusable(domain: DomainName, detail: string): DkimResult {
  return { domain, selector: '', status: 'unusable', body: 'absent', signedAt: null, detail };
}

async function verifySignature(
  signature: DkimSignature,
  fields: readonly RawField[],
  question: DkimQuestion,
  resolver: Resolver,
): Promise<DkimResult> {
  const { domain, selector, signedAt } = signature;
  const result = (status: DkimStatus, detail: string, body: DkimBody = 'absent'): DkimResult => {
    return { domain, selector, status, body, signedAt, detail };
  };
  // RFC 6376 §3.5: a signature past its x= may be treated as invalid; nothing needs to be asked for it.
  if (signature.expiresAt !== null && signature.expiresAt < question.at) return result('expired', 'x= had passed');
  const keys = await fetchKeys(signature, resolver);
  if ('status' in keys) return result(keys.status, keys.detail);
  const data = Buffer.from(signedData(signature, fields), 'latin1');
  const fitting = keys.usable.filter((key) => fits(key, signature));
  if (fitting.length === 0) return result('unusable', 'the key does not fit the signature');
  if (!fitting.some((key) => verifyWith(key, data, signature.signature))) {
    return result('bad-signature', 'the signed headers are not what was signed');
  }
  return result('verified', 'the signed headers are as they were signed', bodyState(signature, question.bodyBytes));
}

function signedData(signature: DkimSignature, fields: readonly RawField[]): string {
  const how = signature.headerCanonicalization;
  return signedFields(fields, signature.signedNames, how) + signatureField(signature.field, how);
}

// RFC 6376 §3.6.1: k= must fit a=, and flag s forbids a subdomain in i=.
function fits(key: DkimKey, signature: DkimSignature): boolean {
  return signature.algorithm.startsWith(key.kind) && (!key.isStrict || signature.identityDomain === signature.domain);
}

function verifyWith(key: DkimKey, data: Buffer, signature: Buffer): boolean {
  // RFC 8463 §3: what Ed25519 signs is the SHA-256 of the data.
  if (key.kind === 'ed25519') return verify(null, createHash('sha256').update(data).digest(), key.key, signature);
  return verify('sha256', data, key.key, signature);
}

function bodyState(signature: DkimSignature, bodyBytes: Uint8Array | null): DkimBody {
  if (bodyBytes === null) return 'absent';
  const body = canonicalBody(Buffer.from(bodyBytes).toString('latin1'), signature.bodyCanonicalization);
  const length = signature.bodyLength ?? body.length;
  // RFC 6376 §3.5: l= must not be more than there is.
  if (length > body.length) return 'differs';
  const hash = createHash('sha256')
    .update(Buffer.from(body.slice(0, length), 'latin1'))
    .digest();
  if (!hash.equals(signature.bodyHash)) return 'differs';
  return length < body.length ? 'partly' : 'matches';
}

type FetchedKeys = { readonly usable: readonly DkimKey[] } | { readonly status: DkimStatus; readonly detail: string };

async function fetchKeys(signature: DkimSignature, resolver: Resolver): Promise<FetchedKeys> {
  const name = parseDomainName(`${signature.selector}._domainkey.${signature.domain}`);
  if (name === null) return { status: 'unusable', detail: 's= makes no domain name' };
  const answer = await resolver.resolve(name, 'TXT');
  if (answer.kind === 'failure') return { status: 'dns-failure', detail: `no answer for ${name}` };
  if (answer.kind !== 'records') return { status: 'no-key', detail: `${name} does not exist` };
  const keys = answer.data.slice(0, MAX_KEY_RECORDS).map((strings) => parseKey(strings.join('')));
  const usable = keys.filter((key): key is DkimKey => !('problem' in key) && !key.isTesting);
  if (usable.length > 0) return { usable };
  const problem = keys.find((key): key is KeyProblem => 'problem' in key && key.problem !== 'absent');
  if (problem?.problem === 'unusable') return { status: 'unusable', detail: problem.detail };
  return { status: 'no-key', detail: problem?.detail ?? `${name} holds no key in use` };
}
