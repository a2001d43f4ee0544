import { type DomainName, isSubdomainOf, parseDomainName } from '@unsent/dns';
import { type Canonicalization, type RawField, splitFields } from './canonical.ts';
import { compact, decodeBase64, parseTags, type TagList } from './tags.ts';

type DkimAlgorithm = 'rsa-sha256' | 'ed25519-sha256';

/** One DKIM-Signature field, read (RFC 6376 §3.5). */
export type DkimSignature = {
  readonly field: RawField;
  readonly domain: DomainName;
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  readonly headerCanonicalization: Canonicalization;
  readonly bodyCanonicalization: Canonicalization;
  /** Lower-cased, in order; a name may stand more often than the field exists. */
  readonly signedNames: readonly string[];
  readonly signature: Buffer;
  readonly bodyHash: Buffer;
  /** `l=`: how much of the body is signed; null means all of it. */
  readonly bodyLength: number | null;
  /** The domain of `i=`, which defaults to `d=`. */
  readonly identityDomain: DomainName;
  readonly signedAt: Date | null;
  readonly expiresAt: Date | null;
};

/** A signature that cannot be checked, and why. `domain` is null when not even `d=` could be read. */
export type UnusableSignature = { readonly domain: DomainName | null; readonly problem: string };

const MAX_SIGNED_NAMES = 1000;
const MAX_FIELD_LENGTH = 65_536;

/** The DKIM-Signature fields among `fields`, topmost first. */
export function dkimFields(fields: readonly RawField[]): readonly RawField[] {
  return fields.filter((field) => field.name === 'dkim-signature');
}

/** The fields of a header block, topmost first. */
export function fieldsOf(headerBytes: Uint8Array): readonly RawField[] {
  return splitFields(
    Buffer.from(headerBytes.buffer, headerBytes.byteOffset, headerBytes.byteLength).toString('latin1'),
  );
}

/** Reads one DKIM-Signature field. Never throws. */
export function parseSignature(field: RawField): DkimSignature | UnusableSignature {
  if (field.text.length > MAX_FIELD_LENGTH) return { domain: null, problem: 'the field is too long' };
  const tags = parseTags(field.text.slice(field.text.indexOf(':') + 1));
  if (tags === null) return { domain: null, problem: 'the tags are malformed' };
  const domain = parseDomainName(compact(tags.get('d') ?? ''));
  if (domain === null) return { domain: null, problem: 'd= is missing or no domain' };
  const parts = readParts(tags, domain);
  return typeof parts === 'string' ? { domain, problem: parts } : { field, domain, ...parts };
}

type Parts = Omit<DkimSignature, 'field' | 'domain'>;

function readParts(tags: TagList, domain: DomainName): Parts | string {
  const algorithm = readAlgorithm(tags);
  const canonical = readCanonicalization(compact(tags.get('c') ?? 'simple/simple').toLowerCase());
  const signature = decodeBase64(tags.get('b') ?? '');
  const bodyHash = decodeBase64(tags.get('bh') ?? '');
  const selector = compact(tags.get('s') ?? '');
  const signedNames = readNames(tags.get('h') ?? '');
  const identityDomain = readIdentity(tags.get('i'), domain);
  const numbers = readNumbers(tags);
  if (compact(tags.get('v') ?? '') !== '1') return 'v= is not 1';
  if (algorithm === null) return `the algorithm ${compact(tags.get('a') ?? 'none')} is not accepted (RFC 8301 §3.1)`;
  if (canonical === null) return 'c= is unknown';
  if (signature === null || bodyHash === null) return 'b= or bh= is missing or no base64';
  if (parseDomainName(`${selector}._domainkey.${domain}`) === null || selector === '')
    return 's= is missing or no name';
  if (signedNames === null) return 'h= does not cover From (RFC 6376 §5.4)';
  if (identityDomain === null) return 'i= lies outside d=';
  if (numbers === null) return 't=, x= or l= is no number, or x= lies before t=';
  if (!acceptsQuery(tags)) return 'q= asks for something other than DNS';
  return { algorithm, ...canonical, signature, bodyHash, selector, signedNames, identityDomain, ...numbers };
}

// rsa-sha1 must not be accepted any more (RFC 8301 §3.1).
function readAlgorithm(tags: TagList): DkimAlgorithm | null {
  const name = compact(tags.get('a') ?? '').toLowerCase();
  return name === 'rsa-sha256' || name === 'ed25519-sha256' ? name : null;
}

function readCanonicalization(
  text: string,
): Pick<DkimSignature, 'headerCanonicalization' | 'bodyCanonicalization'> | null {
  const [header, body = 'simple', ...more] = text.split('/');
  if (more.length > 0 || !isCanonicalization(header) || !isCanonicalization(body)) return null;
  return { headerCanonicalization: header, bodyCanonicalization: body };
}

function isCanonicalization(text: string | undefined): text is Canonicalization {
  return text === 'simple' || text === 'relaxed';
}

function readNames(text: string): readonly string[] | null {
  const names = compact(text).toLowerCase().split(':');
  return names.includes('from') && names.length <= MAX_SIGNED_NAMES ? names : null;
}

function readIdentity(text: string | undefined, domain: DomainName): DomainName | null {
  if (text === undefined) return domain;
  const name = parseDomainName(compact(text.slice(text.lastIndexOf('@') + 1)));
  return name !== null && isSubdomainOf(name, domain) ? name : null;
}

function acceptsQuery(tags: TagList): boolean {
  const query = tags.get('q');
  return query === undefined || compact(query).toLowerCase().split(':').includes('dns/txt');
}

function readNumbers(tags: TagList): Pick<DkimSignature, 'signedAt' | 'expiresAt' | 'bodyLength'> | null {
  const [signed, expires, length] = [readNumber(tags, 't'), readNumber(tags, 'x'), readNumber(tags, 'l')];
  if (signed === undefined || expires === undefined || length === undefined) return null;
  if (signed !== null && expires !== null && expires <= signed) return null;
  return { signedAt: toDate(signed), expiresAt: toDate(expires), bodyLength: length };
}

/** Null when the tag is absent, undefined when it is no number. At most 12 digits, so that every value is exact. */
function readNumber(tags: TagList, name: string): number | null | undefined {
  const text = tags.get(name);
  if (text === undefined) return null;
  return /^\d{1,12}$/.test(compact(text)) ? Number(compact(text)) : undefined;
}

function toDate(seconds: number | null): Date | null {
  return seconds === null ? null : new Date(seconds * 1000);
}
