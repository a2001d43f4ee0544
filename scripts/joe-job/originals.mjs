// The mail that others returned: forged by the botnet, or really sent by the bakery.
import { later, mailDate, message, received, receivedExim, receivedQmail } from './mail.mjs';
import { BOTNET, FIRST, FORGED_PARTS, HONEST_SUBJECTS, LAST, OUTBOUND, SPAM_SUBJECTS, STAFF } from './world.mjs';

/** @typedef {{ text: string, headers: string, sender: string, to: string, messageId: string, date: Date }} Original */

/** A message that the botnet sent in the name of `domain`, as `reporter` received it. */
export function forgedOriginal(random, domain, reporter, date) {
  const sender = `${forgedPart(random)}@${domain}`;
  const to = `${random.pick(FIRST)}.${random.pick(LAST)}@${reporter.name.split('.').slice(-2).join('.')}`;
  const ip = random.pick(BOTNET);
  const helo = random.pick([domain, `mail.${domain}`, `[${ip}]`, `${random.word(8)}.example`, 'localhost']);
  const messageId = random.pick([
    `${random.hex(16)}@${domain}`,
    `${random.between(1e9, 9e9)}.${random.word(6)}@${random.word(7)}.example`,
  ]);
  const lines = [
    arrival(random, { from: helo, ip, reporter, to, date: later(date, 3) }),
    `From: "${random.pick(['Customer Service', 'Billing', 'Account Team', 'Parcel Desk'])}" <${sender}>`,
    `To: <${to}>`,
    `Subject: ${random.pick(SPAM_SUBJECTS)}`,
    `Date: ${mailDate(date)}`,
    `Message-ID: <${messageId}>`,
    random.chance(0.4) ? 'X-Mailer: PHPMailer 5.2' : null,
    'MIME-Version: 1.0',
    'Content-Type: text/html; charset=us-ascii',
  ];
  const body = `<p>Please look at this <a href="http://offer.example/${random.hex(6)}">here</a> today.</p>\n`;
  return original(lines, body, { sender, to, messageId, date, ip });
}

/** A message that the bakery really sent. */
export function honestOriginal(random, domain, reporter, date) {
  const sender = `${random.pick(STAFF)}@${domain}`;
  const to = `${random.pick(FIRST)}.${random.pick(LAST)}@${reporter.name.split('.').slice(-2).join('.')}`;
  const host = random.pick(OUTBOUND);
  const messageId = `${random.hex(8)}.${random.hex(6)}@${host.name}`;
  const lines = [
    arrival(random, { from: host.name, ip: host.ip, reporter, to, date: later(date, 4) }),
    received({
      from: 'desk.bakery.example',
      ip: '192.0.2.40',
      by: host.name,
      id: random.queueId(),
      date: later(date, 1),
    }),
    `From: Bakery <${sender}>`,
    `To: <${to}>`,
    `Subject: ${random.pick(HONEST_SUBJECTS)}`,
    `Date: ${mailDate(date)}`,
    `Message-ID: <${messageId}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
  ];
  return original(lines, 'Good morning,\n\nplease find the details in your account.\n\nYour bakery\n', {
    sender,
    to,
    messageId,
    date,
    ip: host.ip,
  });
}

function original(lines, body, facts) {
  const headers = `${lines.filter((line) => line !== null).join('\n')}\n`;
  return { ...facts, headers, body, text: message(lines, body), subject: /^Subject: (.*)$/m.exec(headers)?.[1] ?? '' };
}

function arrival(random, { from, ip, reporter, to, date }) {
  const by = reporter.name;
  if (reporter.form === 'qmail') return receivedQmail({ from, ip, by, id: random.between(1000, 32000), date });
  if (reporter.form.startsWith('exim')) return receivedExim({ from, ip, by, id: eximId(random), date, to });
  return received({ from, ip, by, id: random.queueId(), date, to, rdns: random.chance(0.6) ? 'unknown' : from });
}

export function eximId(random) {
  const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  return `1${random.letters(base62, 5)}-${random.letters(base62, 6)}-${random.letters(base62, 2)}`;
}

function forgedPart(random) {
  return random.chance(0.5)
    ? random.pick(FORGED_PARTS)
    : `${random.pick(FIRST)}${random.pick(['', '.', '_'])}${random.pick(LAST)}`;
}
