import type { Span } from './ast.ts';
import { cleanText } from './lint-characters.ts';
import { placesIn } from './lint-places.ts';
import { isTerm, repairTerm } from './lint-repair-term.ts';
import { joinBroken, splitTokens, type Token } from './lint-tokens.ts';
import type { Repair } from './repair.ts';

/** A record as its author most likely meant it. */
export type RepairedRecord = {
  readonly text: string;
  /** Each term of `text` after `v=spf1`, and the place of the published text it was made of. */
  readonly terms: readonly { readonly text: string; readonly span: Span }[];
  readonly repairs: readonly Repair[];
};

/** Longer texts and more faults are no slips of the pen; the rest then stays as it is. */
const MAX_LENGTH = 16_384;
const MAX_BROKEN_TERMS = 50;
/** Mistakes that hide one another, within a term and between terms. */
const MAX_ROUNDS = 4;

type RepairOptions = { readonly dropBroken?: boolean };

/**
 * Mends the mistakes that people make in SPF records; null when the text is not meant to be one.
 *
 * Terms that cannot be mended stay as they are, or are left out with `dropBroken`. A good record comes back with no
 * repairs. Never throws; time in proportion to the length.
 */
export function repairRecord(source: string, options: RepairOptions = {}): RepairedRecord | null {
  let repaired = repairOnce(source, options);
  for (let round = 0; round < MAX_ROUNDS && repaired !== null; round++) {
    const { repairs, text } = repaired;
    const again = repairs.length === 0 || repairs.length >= MAX_BROKEN_TERMS ? null : repairOnce(text, options);
    if (again === null || again.repairs.length === 0) break;
    repaired = inSourceOf(repaired, again);
  }
  return repaired;
}

/** What was found in the repaired text, with its places in the published one. */
function inSourceOf(first: RepairedRecord, then: RepairedRecord): RepairedRecord {
  const placeOf = placesIn(first.terms);
  const placed = <T extends { readonly span: Span }>(one: T): T => ({
    ...one,
    span: placeOf(one.span) ?? { start: 0, end: 0 },
  });
  const repairs = [...first.repairs, ...then.repairs.map(placed)];
  return { text: then.text, terms: then.terms.map(placed), repairs: inOrder(repairs) };
}

function inOrder(repairs: readonly Repair[]): readonly Repair[] {
  return [...repairs].sort((a, b) => a.span.start - b.span.start);
}

function repairOnce(source: string, options: RepairOptions): RepairedRecord | null {
  if (source.length > MAX_LENGTH) return null;
  const clean = cleanText(source);
  const version = readVersion(clean.text);
  if (version === null) return null;
  const repairs: Repair[] = clean.changes.map(({ kind, message, span }) => ({
    code: kind,
    message,
    span,
    replacement: '',
  }));
  if (version.isWrong) {
    const span = { start: clean.spans[0]?.start ?? 0, end: clean.spans[version.end - 1]?.end ?? 0 };
    repairs.push({
      code: 'version',
      message: 'a record begins with "v=spf1" and a space',
      span,
      replacement: 'v=spf1',
    });
  }
  const joined = joinBroken(splitTokens(clean, version.end));
  repairs.push(...joined.repairs);
  const terms = repairTerms(joined.tokens, repairs, options.dropBroken === true);
  const text = ['v=spf1', ...terms.map((term) => term.text)].join(' ');
  // What only the spaces have changed is no repair.
  const isGood = repairs.length === 0;
  return { text: isGood ? source : text, terms, repairs: inOrder(repairs) };
}

/** True if a TXT record that receivers do not take for SPF was most likely meant to be one. */
export function looksLikeSpf(source: string): boolean {
  return readVersion(cleanText(source.slice(0, 64)).text) !== null;
}

/**
 * Where the version ends in `text`, and whether it is written wrongly; null without a version.
 *
 * A pattern and no parser, because what is read here follows no grammar.
 */
function readVersion(text: string): { readonly end: number; readonly isWrong: boolean } | null {
  const found = /^[\s'`<([]{0,4}(?:v ?[=:] ?spf ?-?1|spf1|v=spf(?= ))(?:\.0)?(?!\d|\.\d)[.,;:'"]{0,3}/i.exec(text);
  if (found === null) return null;
  const end = found[0].length;
  const isFollowedWell = end === text.length || text[end] === ' ';
  return { end, isWrong: found[0].toLowerCase() !== 'v=spf1' || !isFollowedWell };
}

function repairTerms(tokens: readonly Token[], repairs: Repair[], dropBroken: boolean): { text: string; span: Span }[] {
  const terms: { text: string; span: Span }[] = [];
  const lastAll = tokens.findLastIndex(({ text }) => isAll(text));
  let broken = 0;
  for (const [index, { text, span }] of tokens.entries()) {
    const repaired = broken < MAX_BROKEN_TERMS ? repairTerm(text) : null;
    if (repaired !== null) {
      broken++;
      const { code, message } = repaired;
      const better = index < lastAll ? withoutEarlyAll(repaired.terms) : repaired.terms;
      repairs.push({ code, message, span, replacement: better.join(' ') });
      for (const term of better) terms.push({ text: term, span });
    } else if (isTerm(text) || !dropBroken) {
      terms.push({ text, span });
    } else {
      broken++;
      repairs.push({ code: 'dropped', message: `"${text}" means nothing and was left out`, span, replacement: '' });
    }
  }
  return terms;
}

/** A record that ends in an `all` of its own means what stands before it: one glued to an earlier term would hide that. */
function withoutEarlyAll(terms: readonly string[]): readonly string[] {
  const kept = terms.filter((term) => !isAll(term));
  return kept.length === 0 ? terms : kept;
}

function isAll(term: string): boolean {
  return /^[-+~?]?all$/i.test(term);
}
