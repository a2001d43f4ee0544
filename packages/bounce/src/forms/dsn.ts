import { type IpAddress, parseIp } from '@unsent/dns/addresses';
import { addressKey, mailboxOf } from '../address.ts';
import { type MailMessage, partBytes } from '../message.ts';
import { decodeCharset } from '../mime-charset.ts';
import type { MailPart } from '../mime-walk.ts';
import type { RecipientAction, RecipientStatus } from '../report.ts';
import { type FieldGroup, hostOf, isRecipientGroup, readFieldGroups, recipientOf } from './dsn-fields.ts';
import { makeRecipient } from './recipient.ts';
import type { NoticeText } from './text-recipients.ts';

/** What delivery-status fields say. */
export type DeliveryStatus = {
  readonly reportedBy: string | null;
  readonly recipients: readonly RecipientStatus[];
  /** The address in Received-From-MTA, if it names one. */
  readonly handedOver: IpAddress | null;
  /** X-Original-Message-ID: the reporter's own word, useful when nothing was returned. */
  readonly originalMessageId: string | null;
  /** X-Postfix-Sender and the like. */
  readonly envelopeSender: string | null;
};

const MAX_STATUS_LENGTH = 16_777_216;

/** True for the parts that hold delivery-status fields (RFC 3464 §2, RFC 6533 §4). */
export function isStatusPart(part: MailPart): boolean {
  return part.type === 'message/delivery-status' || part.type === 'message/global-delivery-status';
}

/** The text of every delivery-status part: some reporters write one part for each recipient. */
export function statusText(message: MailMessage): string {
  return message.parts
    .filter(isStatusPart)
    .map((part) => {
      const charset = part.contentType.parameters.get('charset') ?? null;
      return decodeCharset(partBytes(message, part, MAX_STATUS_LENGTH), charset);
    })
    .join('\n\n');
}

/** Reads delivery-status fields wherever they were found; `notice` fills in what the fields leave out. */
export function readStatusFields(text: string, notice: NoticeText): DeliveryStatus {
  const groups = readFieldGroups(text);
  const about = groups.find((group) => group.has('reporting-mta')) ?? groups[0];
  const byKey = new Map<string, RecipientStatus>();
  const recipientGroups = groups.filter(isRecipientGroup);
  for (const group of recipientGroups) {
    const recipient = readRecipient(group, notice, recipientGroups.length === 1);
    if (recipient === null || byKey.has(addressKey(recipient.address))) continue;
    byKey.set(addressKey(recipient.address), recipient);
  }
  return {
    reportedBy: hostOf(about?.get('reporting-mta')),
    recipients: [...byKey.values()],
    handedOver: addressIn(about?.get('received-from-mta')),
    originalMessageId: about?.get('x-original-message-id') ?? null,
    envelopeSender: mailboxOf(about?.get('x-postfix-sender') ?? ''),
  };
}

function readRecipient(group: FieldGroup, notice: NoticeText, isOnly: boolean): RecipientStatus | null {
  const final = recipientOf(group.get('final-recipient'));
  const original = recipientOf(group.get('original-recipient'));
  const named = (): string | null => (isOnly ? (notice.named()[0]?.address ?? null) : null);
  const address = final ?? original ?? recipientOf(group.get('x-actual-recipient')) ?? named();
  if (address === null) return null;
  const diagnostic = diagnosticOf(group);
  return makeRecipient({
    address,
    originalRecipient: original !== null && addressKey(original) !== addressKey(address) ? original : null,
    action: actionOf(group.get('action')),
    status: statusOf(group.get('status')),
    remoteMta: hostOf(group.get('remote-mta')),
    diagnostic: diagnostic ?? notice.own(address),
    context: () => notice.about(address),
  });
}

function diagnosticOf(group: FieldGroup): string | null {
  const field = group.get('diagnostic-code') ?? group.get('x-supplementary-info') ?? null;
  if (field === null) return null;
  const text = field.replace(/^[a-z0-9-]{1,30}\s{0,3};\s{0,9}/i, '').trim();
  return text === '' ? null : text;
}

const ACTIONS: readonly (readonly [string, RecipientAction])[] = [
  ['fail', 'failed'],
  ['delay', 'delayed'],
  ['error', 'failed'], // OpenSMTPD
  ['defer', 'delayed'],
  ['deliver', 'delivered'],
  ['relay', 'relayed'],
  ['expand', 'expanded'],
];

function actionOf(field: string | undefined): RecipientAction {
  const text = field?.toLowerCase() ?? '';
  return ACTIONS.find(([start]) => text.startsWith(start))?.[1] ?? 'unknown';
}

const STATUS = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})/;

function statusOf(field: string | undefined): string | null {
  return field === undefined ? null : (STATUS.exec(field)?.[1] ?? null);
}

const IP = /[[(\s;]([0-9a-f]{0,4}[.:][0-9a-f.:]{2,43}|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})[\])\s]/i;

function addressIn(field: string | undefined): IpAddress | null {
  return field === undefined ? null : parseIp(IP.exec(`${field} `)?.[1] ?? '');
}
