import type { Rdata } from '@unsent/dns';
import type { SpfParse } from './parse.ts';

/** Parsed records by their text; bounded. A record's text decides its parse, so nothing here ever gets stale. */
export interface RecordCache {
  get(text: string): SpfParse | undefined;
  set(text: string, parsed: SpfParse): void;
  /** The character-strings of a TXT record joined (RFC 7208 §3.3). */
  textOf(strings: Rdata['TXT']): string;
  readonly size: number;
}

/** Texts longer than this are parsed again each time: they are rare, and the cache would be as large as they are. */
const MAX_TEXT_LENGTH = 4096;

/**
 * Keeps about the `maxEntries` records used last.
 *
 * Two generations instead of a linked list: a hit in the young one costs a single Map lookup. When the young one is
 * full it becomes the old one, and what is used again moves back.
 */
export function createRecordCache(maxEntries: number): RecordCache {
  const generationSize = Math.max(1, Math.floor(maxEntries / 2));
  let young = new Map<string, SpfParse>();
  let old = new Map<string, SpfParse>();
  // To join and hash a long text costs more than all the rest of a check, and a resolver's cache hands over the same
  // array each time. The text is kept as long as that array is.
  const texts = new WeakMap<Rdata['TXT'], string>();
  const keep = (text: string, parsed: SpfParse): void => {
    if (young.size >= generationSize) {
      old = young;
      young = new Map();
    }
    young.set(text, parsed);
  };
  return {
    get(text) {
      const recent = young.get(text);
      if (recent !== undefined) return recent;
      const parsed = old.get(text);
      if (parsed === undefined) return undefined;
      old.delete(text);
      keep(text, parsed);
      return parsed;
    },
    set(text, parsed) {
      if (text.length > MAX_TEXT_LENGTH) return;
      old.delete(text);
      keep(text, parsed);
    },
    textOf(strings) {
      if (strings.length === 1) return strings[0] ?? '';
      let text = texts.get(strings);
      if (text === undefined) {
        text = strings.join('');
        texts.set(strings, text);
      }
      return text;
    },
    get size() {
      return young.size + old.size;
    },
  };
}
