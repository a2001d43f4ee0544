import type { Rdata } from '@unsent/dns';
import { type Layout, layOut } from './layout.ts';
import { parseSpf, type SpfParse } from './parse.ts';
import { type Selection, selectRecord } from './select-record.ts';

/** Parsed records by their text; bounded. A record's text decides its parse, so nothing here ever gets stale. */
export interface RecordCache {
  /** The record with this text, parsed when it is not kept. */
  read(text: string): ReadRecord;
  /** `selectRecord`, done once for each answer that a resolver's cache keeps handing over. */
  selectionIn(records: readonly Rdata['TXT'][]): Selection;
  readonly size: number;
}

/** A parsed record, with its first problem alone; `layout` is null when it is not kept. */
export type ReadRecord = SpfParse & { readonly layout: Layout | null };

/** Texts longer than this are parsed again each time: they are rare, and the cache would be as large as they are. */
const MAX_TEXT_LENGTH = 4096;

/**
 * Keeps about the `maxEntries` records used last, each from its second use on: most senders write once, and a record
 * that is laid out for being evaluated often is several times its text.
 *
 * Two generations instead of a linked list: a hit in the young one costs a single Map lookup. When the young one is
 * full it becomes the old one, and what is used again moves back.
 */
export function createRecordCache(maxEntries: number): RecordCache {
  const generationSize = Math.max(1, Math.floor(maxEntries / 2));
  let young = new Map<string, ReadRecord>();
  let old = new Map<string, ReadRecord>();
  const seen = new Set<string>();

  const keep = (text: string, read: ReadRecord): ReadRecord => {
    if (young.size >= generationSize) {
      old = young;
      young = new Map();
    }
    young.set(text, read);
    return read;
  };
  const isSecondTime = (text: string): boolean => {
    if (seen.delete(text)) return true;
    if (seen.size >= generationSize) seen.clear();
    seen.add(text);
    return false;
  };
  return {
    read(text) {
      const recent = young.get(text);
      if (recent !== undefined) return recent;
      if (text.length > MAX_TEXT_LENGTH) return readRecord(text);
      const earlier = old.get(text);
      if (earlier === undefined && !isSecondTime(text)) return readRecord(text);
      old.delete(text);
      return keep(text, earlier ?? readForKeeping(text));
    },
    selectionIn: keptSelections(),
    get size() {
      return young.size + old.size;
    },
  };
}

/** Reads a record that is used once. */
export function readRecord(text: string): ReadRecord {
  const { record, problems } = parseSpf(text, 1);
  return { record, problems, layout: null };
}

function readForKeeping(text: string): ReadRecord {
  const { record, problems } = parseSpf(text, 1);
  const { directives, redirect, exp, unknownModifiers } = record;
  // A copy has no room for more.
  const compact = { text, directives: directives.slice(), redirect, exp, unknownModifiers };
  return { record: compact, problems, layout: layOut(compact) };
}

/**
 * Selecting among TXT records, joining and hashing a text cost more than the rest of a check. An answer is never
 * changed, so its selection is kept as long as the answer lives. It holds text only: parsed records are far larger, and
 * how many answers live is not for this cache to decide.
 */
function keptSelections(): RecordCache['selectionIn'] {
  const selections = new WeakMap<readonly Rdata['TXT'][], Selection>();
  return (records) => {
    // Nothing to join, and little to choose from.
    if (records.length === 1 && records[0]?.length === 1) return selectRecord(records);
    let selection = selections.get(records);
    if (selection === undefined) {
      selection = selectRecord(records);
      selections.set(records, selection);
    }
    return selection;
  };
}
