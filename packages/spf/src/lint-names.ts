const MECHANISMS = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'];
/** Names that take `=`. */
export const MODIFIERS: readonly string[] = ['redirect', 'exp'];
/** What people write for a name that RFC 7208 does not know. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['ipv4', 'ip4'],
  ['ipv6', 'ip6'],
  ['ip', 'ip4'],
  ['ip4v', 'ip4'],
  ['ip6v', 'ip6'],
  ['i4', 'ip4'],
  ['i6', 'ip6'],
  ['exist', 'exists'],
  ['includes', 'include'],
  ['host', 'a'],
  ['any', 'all'],
  ['explanation', 'exp'],
]);

/** True for the ten names of RFC 7208. */
export function isKnownName(name: string): boolean {
  return MECHANISMS.includes(name) || MODIFIERS.includes(name);
}

/** The name that `name` was most likely meant to be, or null. */
export function meantName(name: string): string | null {
  const synonym = SYNONYMS.get(name);
  if (synonym !== undefined) return synonym;
  const candidates = ['all', 'include', 'exists', 'redirect'];
  return (
    candidates.find((known) => name.length >= known.length - 1 && isNear(name, known, known.length > 4 ? 2 : 1)) ?? null
  );
}

/** True if at most `limit` letters were added, left out, changed or swapped with their neighbour. */
function isNear(text: string, word: string, limit: number): boolean {
  if (Math.abs(text.length - word.length) > limit) return false;
  const rows: number[][] = [Array.from({ length: word.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= text.length; i++) {
    const row = [i];
    for (let j = 1; j <= word.length; j++) {
      const change = text[i - 1] === word[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && text[i - 1] === word[j - 2] && text[i - 2] === word[j - 1];
      const best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + change);
      row.push(swapped ? Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1) : best);
    }
    rows.push(row);
  }
  return (rows[text.length]?.[word.length] ?? limit + 1) <= limit;
}
