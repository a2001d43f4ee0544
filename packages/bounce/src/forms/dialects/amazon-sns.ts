import { mailboxOf } from '../../address.ts';
import { readOriginal } from '../../original.ts';
import type { OriginalMessage, RecipientStatus } from '../../report.ts';
import { complained } from '../arf.ts';
import { makeRecipient } from '../recipient.ts';
import type { Dialect, DialectReading } from './dialect.ts';

/** Amazon SES by way of Amazon SNS: the notification is JSON, wrapped in a second JSON or alone, with a footer. */
export const amazonSnsDialect: Dialect = {
  id: 'amazon-sns',
  signs: {
    header: [['x-amz-sns-message-id', '']],
    text: ['notificationtype'],
  },
  isProof: true,
  read: (_message, notice) => readNotification(notice.text),
};

type Json = Readonly<Record<string, unknown>>;

function readNotification(text: string): DialectReading | null {
  const event = parseEvent(text);
  const original = originalOf(objectAt(event, 'mail'));
  const bounce = objectAt(event, 'bounce');
  const complaint = objectAt(event, 'complaint');
  if (bounce !== null) {
    const recipients = listAt(bounce, 'bouncedRecipients').flatMap(bounced);
    return { kind: 'bounce', reportedBy: hostIn(textAt(bounce, 'reportingMTA')), recipients, original };
  }
  if (complaint === null) return null;
  const addresses = listAt(complaint, 'complainedRecipients').map((one) => textAt(one, 'emailAddress'));
  return {
    kind: 'arf',
    reportedBy: null,
    recipients: addresses.filter((one) => one !== null).map(complained),
    original,
  };
}

// Sendmail folds long lines with "!\n "; the JSON ends at the last brace, the footer follows.
function parseEvent(text: string): Json | null {
  const end = text.lastIndexOf('}');
  const outer = parseObject(text.slice(text.indexOf('{'), end + 1).replaceAll('!\n ', ''));
  const inner = textAt(outer, 'Message');
  return inner === null ? outer : parseObject(inner);
}

function parseObject(text: string): Json | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null; // a SyntaxError: no JSON, so no notification
  }
}

function bounced(one: Json): readonly RecipientStatus[] {
  const address = mailboxOf(textAt(one, 'emailAddress') ?? '');
  if (address === null || address === '') return [];
  const diagnostic = textAt(one, 'diagnosticCode')?.replace(/^[a-z]{1,10};\s{0,3}/i, '') ?? null;
  const status = textAt(one, 'status');
  return [
    makeRecipient({
      address,
      originalRecipient: null,
      action: textAt(one, 'action') === 'delayed' ? 'delayed' : 'failed',
      status,
      remoteMta: null,
      diagnostic,
      context: () => [],
    }),
  ];
}

function originalOf(mail: Json | null): OriginalMessage | null {
  if (mail === null) return null;
  const listed = listAt(mail, 'headers').map((one) => `${textAt(one, 'name')}: ${textAt(one, 'value')}`);
  const common = objectAt(mail, 'commonHeaders');
  const from = common?.['from'];
  const known = [
    ['Message-ID', textAt(common, 'messageId')],
    ['From', Array.isArray(from) ? String(from[0]) : null],
    ['Return-Path', textAt(mail, 'source')],
  ];
  const lines = [...listed, ...known.filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}`)];
  const text = lines.map((line) => line.replace(/\s+/g, ' ')).join('\n');
  return readOriginal(`${Buffer.from(text, 'utf8').toString('latin1')}\n`, 'headers', null);
}

function hostIn(text: string | null): string | null {
  return text?.replace(/^[a-z]{1,10};\s{0,3}/i, '') ?? null;
}

function asObject(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function objectAt(from: Json | null, name: string): Json | null {
  return from === null ? null : asObject(from[name]);
}

function textAt(from: Json | null, name: string): string | null {
  const value = from?.[name];
  return typeof value === 'string' ? value : null;
}

const MAX_LIST = 1000;

function listAt(from: Json, name: string): readonly Json[] {
  const value = from[name];
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, MAX_LIST)
    .map(asObject)
    .filter((one) => one !== null);
}
