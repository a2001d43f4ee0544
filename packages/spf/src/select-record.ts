import type { Rdata } from '@unsent/dns';
import { isSpfRecord } from './parse.ts';

/** The SPF record among the TXT records of a name: its text, or null when there is none; `isOnly` is false when there are more. */
export type Selection = { readonly text: string | null; readonly isOnly: boolean };

const NONE: Selection = { text: null, isOnly: true };

/** RFC 7208 §4.5. The character-strings of a TXT record are joined without a space (§3.3). */
export function selectRecord(records: readonly Rdata['TXT'][]): Selection {
  let selection = NONE;
  for (const strings of records) {
    const text = strings.length === 1 ? (strings[0] ?? '') : strings.join('');
    if (!isSpfRecord(text)) continue;
    if (selection.text !== null) return { text: selection.text, isOnly: false };
    selection = { text, isOnly: true };
  }
  return selection;
}
