import type { DnsRecord } from '@unsent/dns';
import { parseIp } from '@unsent/dns';
import type { MailRead } from '../../src/read.ts';
import { readMessage } from '../../src/read.ts';
import { domain } from './case.ts';

export type BounceOptions = {
  /** Lines of the returned message; null returns none. */
  readonly original?: readonly string[] | null;
  readonly body?: string | null;
  readonly to?: string;
  readonly deliveredTo?: readonly string[];
  readonly received?: readonly string[];
  readonly extra?: readonly string[];
  readonly reporter?: string;
  readonly date?: string;
};

const DATE = 'Mon, 02 Mar 2026 10:00:00 +0000';

/** A report after RFC 3464, as mx.reporter.example would write it. */
export function bounce(options: BounceOptions = {}): string {
  const {
    original = [],
    to = 'anna@example.com',
    reporter = 'mx.reporter.example',
    date = DATE,
    body = null,
  } = options;
  const received = options.received ?? [`from ${reporter} (${reporter} [198.51.100.25]) by mail.example.com; ${date}`];
  const parts = [
    '--b\nContent-Type: text/plain\n\nThe message could not be delivered.\n',
    `--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; ${reporter}\n\nFinal-Recipient: rfc822; ben@reporter.example\nAction: failed\nStatus: 5.1.1\n`,
  ];
  if (original !== null && original.length > 0) {
    const type = body === null ? 'text/rfc822-headers' : 'message/rfc822';
    parts.push(`--b\nContent-Type: ${type}\n\n${original.join('\n')}\n${body === null ? '' : `\n${body}`}`);
  }
  return [
    'Return-Path: <>',
    ...(options.deliveredTo ?? [to]).map((address) => `Delivered-To: ${address}`),
    ...received.map((line) => `Received: ${line}`),
    `From: MAILER-DAEMON@${reporter}`,
    `To: <${to}>`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    `Date: ${date}`,
    'Message-ID: <bounce-1@reporter.example>',
    ...(options.extra ?? []),
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    `${parts.join('\n')}--b--\n`,
  ].join('\n');
}

/** The message as the scanner reads it. */
export async function read(message: string): Promise<MailRead> {
  return readMessage(Buffer.from(message, 'utf8'));
}

export function a(owner: string, address: string): DnsRecord {
  const ip = parseIp(address);
  if (ip === null) throw new Error(`no address: ${address}`);
  return ip.family === 4
    ? { name: domain(owner), type: 'A', data: ip.text, ttlSeconds: 300 }
    : { name: domain(owner), type: 'AAAA', data: ip.text, ttlSeconds: 300 };
}

export function spf(owner: string, record: string): DnsRecord {
  return { name: domain(owner), type: 'TXT', data: [record], ttlSeconds: 300 };
}
