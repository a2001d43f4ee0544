import { isDmarcText, parseTags } from '@unsent/lockdown';

export type Policy = 'none' | 'quarantine' | 'reject';

/** A DMARC record as receivers read it (RFC 9989 §4.7). Null: the tag is absent. */
export type DmarcRecord = {
  readonly text: string;
  readonly p: Policy;
  readonly sp: Policy | null;
  readonly np: Policy | null;
  readonly psd: 'y' | 'n' | 'u';
  readonly isTest: boolean;
  readonly rua: readonly string[];
  /** Tags of RFC 7489 that RFC 9989 no longer has: receivers skip them. */
  readonly removedTags: readonly string[];
  /** Tags whose value no receiver understands. */
  readonly invalidTags: readonly string[];
};

const POLICIES: readonly Policy[] = ['none', 'quarantine', 'reject'];
const REMOVED_TAGS = ['pct', 'rf', 'ri'];

/** Reads a TXT text; null when it is no DMARC record at all. */
export function parseDmarc(text: string): DmarcRecord | null {
  if (!isDmarcText(text)) return null;
  const tags = parseTags(text);
  const invalidTags = ['p', 'sp', 'np'].filter((tag) => tags.has(tag) && policyOf(tags.get(tag)) === null);
  const rua = (tags.get('rua') ?? '')
    .split(',')
    .map((uri) => uri.trim())
    .filter((uri) => uri !== '');
  const psd = tags.get('psd')?.toLowerCase();
  return {
    text,
    // RFC 9989 §4.7: without p, and with a p, sp or np that cannot be read, the record counts as p=none.
    p: invalidTags.length > 0 ? 'none' : (policyOf(tags.get('p')) ?? 'none'),
    sp: policyOf(tags.get('sp')),
    np: policyOf(tags.get('np')),
    psd: psd === 'y' || psd === 'n' ? psd : 'u',
    isTest: tags.get('t')?.toLowerCase() === 'y',
    rua,
    removedTags: REMOVED_TAGS.filter((tag) => tags.has(tag)),
    invalidTags,
  };
}

/** A TXT text that was meant to be a DMARC record: `v=dmarc1`, `"v=DMARC1`, `p=reject` alone. */
export function looksLikeDmarc(text: string): boolean {
  return parseDmarc(text) === null && /dmarc|^["\s]*p\s*=\s*(?:none|quarantine|reject)/i.test(text);
}

function policyOf(value: string | undefined): Policy | null {
  const lower = value?.toLowerCase();
  return POLICIES.find((policy) => policy === lower) ?? null;
}
