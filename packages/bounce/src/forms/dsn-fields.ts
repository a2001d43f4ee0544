import { firstAddress } from '../address.ts';

/** One block of `Field: value` lines; names in lower case, values unfolded. */
export type FieldGroup = ReadonlyMap<string, string>;

const MAX_GROUPS = 60_000;
const MAX_VALUE = 4000;

/**
 * Splits a delivery-status body into its blocks (RFC 3464 §2.1): the first is about the message, the others about one
 * recipient each.
 *
 * Real reports lack the empty line between recipients, or have one within a recipient; so a second Final-Recipient
 * opens a block, and a block without a recipient continues the one before if nothing in it repeats.
 */
export function readFieldGroups(text: string): readonly FieldGroup[] {
  const groups: Map<string, string>[] = [];
  let group = new Map<string, string>();
  let name: string | null = null;
  for (const line of text.split('\n')) {
    if (groups.length > MAX_GROUPS) break;
    if (line.trim() === '') {
      if (group.size > 0) groups.push(group);
      group = new Map();
      name = null;
    } else if ((line.startsWith(' ') || line.startsWith('\t')) && name !== null) {
      appendTo(group, name, line);
    } else {
      const colon = line.indexOf(':');
      name = colon > 0 && colon < 80 ? line.slice(0, colon).trim().toLowerCase() : null;
      if (name === null || name.includes(' ')) {
        name = null;
        continue;
      }
      if (OPENS_BLOCK.has(name) && group.has(name)) {
        groups.push(group);
        group = new Map();
      }
      if (!group.has(name))
        group.set(
          name,
          line
            .slice(colon + 1)
            .trim()
            .slice(0, MAX_VALUE),
        );
    }
  }
  if (group.size > 0) groups.push(group);
  return mergeSplitRecipients(groups);
}

function appendTo(group: Map<string, string>, name: string, line: string): void {
  const value = group.get(name) ?? '';
  if (value.length < MAX_VALUE) group.set(name, `${value} ${line.slice(0, MAX_VALUE).trim()}`);
}

const OPENS_BLOCK = new Set(['final-recipient', 'original-recipient', 'action', 'status']);
const NAMES_RECIPIENT = ['final-recipient', 'original-recipient', 'x-actual-recipient'];
const TELLS_OUTCOME = ['action', 'status', 'diagnostic-code', 'remote-mta'];

/** True if the block is about a recipient. */
export function isRecipientGroup(group: FieldGroup): boolean {
  return NAMES_RECIPIENT.some((name) => group.has(name)) || (group.has('action') && group.has('status'));
}

function mergeSplitRecipients(groups: readonly Map<string, string>[]): readonly FieldGroup[] {
  const merged: Map<string, string>[] = [];
  for (const group of groups) {
    const before = merged.at(-1);
    if (before !== undefined && continues(before, group)) for (const [name, value] of group) before.set(name, value);
    else merged.push(group);
  }
  return merged;
}

function continues(before: FieldGroup, group: FieldGroup): boolean {
  if (!TELLS_OUTCOME.some((name) => group.has(name)) && !NAMES_RECIPIENT.some((name) => group.has(name))) return false;
  const isWhole = NAMES_RECIPIENT.some((name) => before.has(name)) && before.has('action');
  if (isWhole || before.has('reporting-mta')) return false;
  return [...group.keys()].every((name) => !before.has(name));
}

/**
 * The address in a recipient field: `rfc822; user@example.com`, with brackets, comments, or the RFC 6533 §3 forms
 * `utf-8; üser@example.com` and `\x{FC}ser@example.com`. Null when it holds none.
 */
export function recipientOf(field: string | undefined): string | null {
  if (field === undefined) return null;
  const semicolon = field.indexOf(';');
  const type = semicolon === -1 ? '' : field.slice(0, semicolon).trim().toLowerCase();
  const value = semicolon !== -1 && /^[a-z0-9-]+$/.test(type) ? field.slice(semicolon + 1) : field;
  const text = value.includes('\\x{') ? value.replace(EMBEDDED, decodeEmbedded) : value;
  const address = text.trim();
  // "@relay.example.com:user@inner" is a source route (RFC 5321 §4.1.1.3): the name of a queue inside the reporter.
  return address.startsWith('@') ? null : firstAddress(address);
}

const EMBEDDED = /\\x\{([0-9A-Fa-f]{1,6})\}/g;

function decodeEmbedded(whole: string, hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/** `dns; mx.example.com (192.0.2.1)` → `mx.example.com`. Null when the field is missing or empty. */
export function hostOf(field: string | undefined): string | null {
  if (field === undefined) return null;
  const semicolon = field.indexOf(';');
  const value = (semicolon === -1 ? field : field.slice(semicolon + 1)).trim();
  return /^[^\s()<>]+/.exec(value.replace(/^[<[]/, ''))?.[0]?.replace(/[\],.;]+$/, '') || null;
}
