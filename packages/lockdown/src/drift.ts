import type { DomainName, Resolver, RrType } from '@unsent/dns';
import type { Change } from './change.ts';
import type { JournalEntry } from './journal.ts';
import { isDkimText, isDmarcText, isSpfText, parseTags, SPF_NOBODY } from './kinds.ts';
import { rdataAsText } from './verify.ts';
import { isModelled, txtOf, type WantedRecord } from './zone.ts';

/** A name and type that DNS no longer shows as it was left. */
export type DriftedSet = {
  readonly name: DomainName;
  readonly type: RrType;
  /** What was written there, as zone-file data; empty where records were taken away. */
  readonly expected: readonly string[];
  /** What stands in its place now. Records of another kind at the name (a verification, say) are not among it. */
  readonly found: readonly string[];
  /** True if all of it was there before, or was written: a resolver may have remembered it. */
  readonly mayBeCached: boolean;
};

export type Drift = {
  readonly sets: readonly DriftedSet[];
  /** Names and types for which DNS had no answer: nothing is concluded about them. */
  readonly unanswered: readonly string[];
};

/** Of these a name has one, and a second takes its effect. */
const EXCLUSIVE_TEXTS = [isSpfText, isDmarcText, isDkimText];
/** Tags of a DMARC record that say where reports go and nothing about what receivers do (RFC 9989 §4.7, RFC 7489 §6.3). */
const REPORT_TAGS: ReadonlySet<string> = new Set(['rua', 'ruf', 'fo', 'rf', 'ri']);

/**
 * Compares what was written to a zone with what DNS shows now.
 *
 * `entries` are the applied ones of one zone that are not undone, newest first as a journal gives them; where two touched
 * the same record the newer one counts. What others added beside it is no drift, unless it changes what receivers find: a second MX, a
 * second SPF record. Types that DNS is not asked for (CAA) are left out. Never rejects for a DNS outcome.
 */
export async function findDrift(entries: readonly JournalEntry[], resolver: Resolver): Promise<Drift> {
  const sets: DriftedSet[] = [];
  const unanswered: string[] = [];
  for (const set of touchedSets(entries)) {
    const { name, type, written, removed } = set;
    const answer = await resolver.resolve(name, type);
    if (answer.kind === 'failure') {
      unanswered.push(`${type} ${name}`);
      continue;
    }
    // A host that its owner has taken down needs no record any more; a lockdown would not write one either.
    if (answer.kind === 'nxdomain' && isHostRecord(set, entries)) continue;
    const here = answer.kind === 'records' ? answer.data.map(rdataAsText) : [];
    const isMeant = (text: string): boolean =>
      removed.has(text) || [...written].some(([own, record]) => text === own || isRival(record, text));
    const found = here.filter(isMeant).sort();
    const expected = [...written.keys()].sort();
    if (meanings(found) === meanings(expected)) continue;
    // Without a policy below it, that of the domain counts.
    if (found.length === 0 && isPolicyBelow(set, entries)) continue;
    const mayBeCached = found.every((text) => removed.has(text) || written.has(text));
    sets.push({ name, type, expected, found, mayBeCached });
  }
  return { sets, unanswered };
}

/** True if `text`, found where `record` was written, is of its kind: beside it or instead of it. */
function isRival(record: WantedRecord, text: string): boolean {
  const own = txtOf(record);
  if (own === null) return true;
  return EXCLUSIVE_TEXTS.find((isOfKind) => isOfKind(own))?.(text.slice(1, -1)) === true;
}

function isHostRecord({ name, written }: TouchedSet, entries: readonly JournalEntry[]): boolean {
  const isOfHost = !name.startsWith('*.') && entries.every(({ zone }) => zone !== name);
  return isOfHost && [...written.values()].every((record) => txtOf(record) === SPF_NOBODY);
}

function isPolicyBelow({ name }: TouchedSet, entries: readonly JournalEntry[]): boolean {
  return name.startsWith('_dmarc.') && entries.every(({ zone }) => name !== `_dmarc.${zone}`);
}

/** Texts that mean the same are the same: whoever adds a report address to a policy has not weakened it. */
function meanings(texts: readonly string[]): string {
  return texts.map(meaning).sort().join('\n');
}

function meaning(text: string): string {
  const inner = text.slice(1, -1);
  if (!text.startsWith('"') || !isDmarcText(inner)) return text;
  const tags = [...parseTags(inner)].filter(([tag]) => !REPORT_TAGS.has(tag));
  return tags
    .map((pair) => pair.join('='))
    .sort()
    .join('; ');
}

type TouchedSet = {
  readonly name: DomainName;
  readonly type: RrType;
  /** By their data as text, as DNS shows it. */
  readonly written: Map<string, WantedRecord>;
  readonly removed: Set<string>;
};

function touchedSets(entries: readonly JournalEntry[]): readonly TouchedSet[] {
  const sets = new Map<string, TouchedSet>();
  for (const change of entries.toReversed().flatMap(({ plan }) => plan.changes)) {
    const [before, after] = sidesOf(change);
    if (before !== null) withdraw(sets, before);
    if (after !== null) write(sets, after);
  }
  return [...sets.values()];
}

function sidesOf(change: Change): readonly [before: WantedRecord | null, after: WantedRecord | null] {
  switch (change.op) {
    case 'create':
      return [null, change.record];
    case 'delete':
      return [change.record, null];
    case 'replace':
      return [change.before, change.after];
  }
}

function write(sets: Map<string, TouchedSet>, record: WantedRecord): void {
  if (!isModelled(record)) return;
  const set = setOf(sets, record.name, record.type);
  set.written.set(rdataAsText(record.data), record);
  set.removed.delete(rdataAsText(record.data));
}

function withdraw(sets: Map<string, TouchedSet>, record: WantedRecord): void {
  if (!isModelled(record)) return;
  const set = setOf(sets, record.name, record.type);
  set.written.delete(rdataAsText(record.data));
  set.removed.add(rdataAsText(record.data));
}

function setOf(sets: Map<string, TouchedSet>, name: DomainName, type: RrType): TouchedSet {
  const key = `${name} ${type}`;
  const set = sets.get(key) ?? { name, type, written: new Map(), removed: new Set() };
  sets.set(key, set);
  return set;
}
