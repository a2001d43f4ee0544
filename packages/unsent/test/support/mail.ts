/** A delivery report to `to` about a message that `client` handed to mx.example.net in the name of `to`. */
export function bounceTo(to: string, client: string, number = 1): string {
  return [
    'Return-Path: <>',
    `Delivered-To: ${to}`,
    `Received: from mx.example.net (mx.example.net [198.51.100.25]) by mx.home.example with ESMTP id Q${number}; Mon, 23 Nov 2026 09:00:0${number % 10} +0000`,
    'From: MAILER-DAEMON@mx.example.net (Mail Delivery System)',
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Date: Mon, 23 Nov 2026 09:00:00 +0000',
    `Message-ID: <bounce.${number}@mx.example.net>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"',
    '',
    '--=_b',
    '',
    '<nobody@example.net>: no such user',
    '',
    '--=_b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.net',
    '',
    'Final-Recipient: rfc822; nobody@example.net',
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 no such user',
    '',
    '--=_b',
    'Content-Type: message/rfc822',
    '',
    `Return-Path: <${to}>`,
    `Received: from bot (bot.example.org [${client}]) by mx.example.net with ESMTP id X${number}; Mon, 23 Nov 2026 08:59:00 +0000`,
    `From: ${to}`,
    'To: nobody@example.net',
    'Subject: offer',
    `Message-ID: <spam.${number}@bot.example.org>`,
    '',
    'buy',
    '',
    '--=_b--',
    '',
  ].join('\n');
}

/** Mail from a person. */
export function letterTo(to: string, number = 1): string {
  return [
    `Received: from out.example.net (out.example.net [198.51.100.26]) by mx.home.example with ESMTP id L${number}; Mon, 23 Nov 2026 10:00:00 +0000`,
    'From: Anna <anna@example.net>',
    `To: ${to}`,
    'Subject: Friday',
    `Message-ID: <letter.${number}@example.net>`,
    '',
    'See you there.',
    '',
  ].join('\n');
}

/** Messages as an mbox. */
export function mboxOf(messages: readonly string[]): string {
  const entries = messages.map(
    (message) => `From MAILER-DAEMON Mon Nov 23 10:00:00 2026\n${message.replace(/^(>*From )/gm, '>$1')}\n`,
  );
  return entries.join('');
}
