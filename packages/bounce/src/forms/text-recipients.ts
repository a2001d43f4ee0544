import { addressKey, mailboxOf } from '../address.ts';
import { once } from '../once.ts';
import { dialectMentions, findMentions, type Mention, type MentionKind } from './mentions.ts';
import type { Notice } from './notice.ts';
import { findCodes } from './replies.ts';

/** A recipient as the text names it, before codes and reason are read from its diagnostic. */
export type NamedRecipient = {
  readonly address: string;
  readonly originalRecipient: string | null;
  readonly diagnostic: string | null;
};

/** What a notice's text says about recipients; computed when asked. */
export interface NoticeText {
  /** The recipients that the text is about. */
  named(): readonly NamedRecipient[];
  /** Addresses that the text names in passing; a last resort. */
  others(): readonly NamedRecipient[];
  /** The diagnostic that stands with the address. */
  own(address: string): string | null;
  /** Texts about the address in order of trust: its own block, a line naming it with a code, a quoted reply. */
  about(address: string): readonly string[];
}

/** Reads the recipients of a notice lazily, once. After `MAX_ASKED` addresses the text is not searched again. */
export function noticeText(
  notice: () => Notice,
  recipientLine: () => RegExp | null,
  isLate: () => boolean,
): NoticeText {
  const named = once(() => recipientsInText(notice(), recipientLine()));
  const byKey = once(() => new Map(named().map((one) => [addressKey(one.address), one.diagnostic])));
  const quoted = once(() => quotedReplies(notice()));
  const own = (address: string): string | null => byKey().get(addressKey(address)) ?? null;
  let asked = 0;
  return {
    named,
    others: () => othersInText(notice()),
    own,
    about: (address) => {
      asked += 1;
      if (asked > MAX_ASKED || isLate()) return [];
      // With several recipients nobody knows whose reply a transcript quotes.
      const shared = named().length <= 1 ? quoted() : null;
      return [own(address), codedLine(notice(), address), shared].filter((text) => text !== null);
    },
  };
}

const MAX_ASKED = 200;
const MAX_LINE = 2000;
const ORDER: readonly MentionKind[] = ['heading', 'labelled', 'dialogue', 'sentence', 'summary'];

/**
 * The recipients that a notice is about: the addresses named in the most trustworthy way that occurs in it.
 *
 * A dialect's own kind of line, where one is given and occurs, is asked alone.
 * Addresses of the notice's own sender and receiver are left out, unless nothing else is named.
 */
function recipientsInText(notice: Notice, recipientLine: RegExp | null): readonly NamedRecipient[] {
  const own = recipientLine === null ? [] : dialectMentions(notice.lines, recipientLine);
  if (own.length > 0) return withDiagnostics(own, notice);
  const mentions = findMentions(notice.lines).filter((mention) => !isContact(mention, notice));
  for (const allowOwn of [false, true]) {
    for (const kind of ORDER) {
      const chosen = mentions.filter((one) => one.kind === kind && (allowOwn || !isOwn(one.address, notice)));
      if (chosen.length > 0) return withDiagnostics(chosen, notice);
    }
  }
  return bareNames(notice);
}

function othersInText(notice: Notice): readonly NamedRecipient[] {
  const mentions = findMentions(notice.lines).filter((one) => !isContact(one, notice) && !isOwn(one.address, notice));
  return withDiagnostics(mentions.slice(0, 1), notice);
}

const LEAD_IN = /(?:recipient|address|following)[^\n]{0,200}:\s{0,3}$/i;
const BARE_NAME = /^\s{0,12}([a-z0-9][\w.-]{1,63})\s{0,3}$/i;

// Names without a domain below a line that announces recipients: they belong to the reporter's own domain.
function bareNames(notice: Notice): readonly NamedRecipient[] {
  const domain = mailboxOf(notice.from)?.split('@')[1];
  const start = notice.lines.findIndex((line) => line.length < MAX_LINE && LEAD_IN.test(line));
  if (domain === undefined || start === -1) return [];
  const names: NamedRecipient[] = [];
  for (const line of notice.lines.slice(start + 1, start + 1 + MAX_BARE_NAMES)) {
    const name = BARE_NAME.exec(line.slice(0, 100))?.[1];
    if (name === undefined && line.trim() !== '') break;
    if (name !== undefined) names.push({ address: `${name}@${domain}`, originalRecipient: null, diagnostic: null });
  }
  return names;
}

const MAX_BARE_NAMES = 20;

function isOwn(address: string, notice: Notice): boolean {
  return notice.ownAddresses.has(addressKey(address));
}

const CONTACT = /^(?:postmaster|mailer-daemon|abuse|hostmaster|support|helpdesk|help|webmaster|admin|mail-daemon)@/i;

function isContact(mention: Mention, notice: Notice): boolean {
  return CONTACT.test(mention.address) && (mention.kind !== 'heading' || isOwn(mention.address, notice));
}

function withDiagnostics(chosen: readonly Mention[], notice: Notice): readonly NamedRecipient[] {
  const byKey = new Map<string, NamedRecipient>();
  for (const [index, mention] of chosen.entries()) {
    const next = chosen.slice(index + 1, index + 1 + MAX_ON_LINE).find((one) => one.line !== mention.line);
    const end = next?.line ?? notice.lines.length;
    const block = mention.kind === 'summary' ? '' : blockText(notice.lines, mention, Math.max(end, mention.line + 1));
    const key = addressKey(mention.address);
    const known = byKey.get(key);
    if (known !== undefined && (known.diagnostic !== null || block === '')) continue;
    byKey.set(key, {
      address: known?.address ?? mention.address,
      originalRecipient: originalIn(block),
      diagnostic: block === '' ? null : block,
    });
  }
  return [...byKey.values()];
}

const MAX_ON_LINE = 50;
const MAX_BLOCK_LINES = 14;
const MAX_BLOCK = 1500;
const RULE = /^[\s=*_-]{6,200}$|^\s{0,8}-{2,40}\s?[A-Za-z]/;

// The rest of the line and the lines below it, up to the next recipient, a rule or a paragraph's end.
function blockText(lines: readonly string[], mention: Mention, end: number): string {
  const pieces = mention.rest === '' ? [] : [mention.rest];
  for (let at = mention.line + 1; at < end && at <= mention.line + MAX_BLOCK_LINES; at += 1) {
    const line = (lines[at] ?? '').slice(0, MAX_BLOCK);
    if (RULE.test(line)) break;
    if (line.trim() !== '') pieces.push(line.trim());
    else if (pieces.length > 0) break;
  }
  return pieces.join(' ').slice(0, MAX_BLOCK).trim();
}

const EXPANDED = /\((?:expanded|ultimately generated|generated) from:? ([^)\n]{1,300})\)/i;

function originalIn(block: string): string | null {
  const text = EXPANDED.exec(block)?.[1];
  return text === undefined ? null : mailboxOf(text);
}

/** True if a reply code or an enhanced status stands in the text. */
export function hasCode(text: string): boolean {
  const codes = findCodes(text);
  return codes.replyCode !== null || codes.status !== null;
}

function codedLine(notice: Notice, address: string): string | null {
  const line = notice.lines.find(
    (text) => text.length < MAX_LINE && text.includes(address) && hasCode(text) && !/rcpt to/i.test(text),
  );
  return line?.trim() ?? null;
}

const REPLY_LINE = /(?:^|[\s:"'<>[(])[45]\d\d[\s-]|(?<![\d.])[45]\.\d\.\d/;
const DSN_FIELD = /^(?:status|action|diagnostic-code|(?:final|original)-recipient|(?:remote|reporting)-mta)\s{0,3}:/i;
const MAX_QUOTED_LINES = 40;

// Replies quoted apart from the recipients, as in "----- Transcript of session follows -----".
function quotedReplies(notice: Notice): string | null {
  const pieces: string[] = [];
  let isOpen = false;
  for (const line of notice.lines) {
    if (pieces.length >= MAX_QUOTED_LINES) break;
    const text = line.trim();
    if (text === '') isOpen = false;
    else if (DSN_FIELD.test(text)) isOpen = false;
    else if (text.length < MAX_LINE && REPLY_LINE.test(text) && hasCode(text)) isOpen = true;
    if (isOpen) pieces.push(text);
  }
  return pieces.length === 0 ? null : pieces.join(' ').slice(0, MAX_LINE);
}
