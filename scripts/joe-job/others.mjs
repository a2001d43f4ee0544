// Everything in the mailbox that is no bounce: auto-replies, reports, and the mail one wants to read.
import { mailDate, multipart } from './mail.mjs';
import { FIRST, HONEST_SUBJECTS, LAST } from './world.mjs';

/** Somebody is away. RFC 3834 says to mark it so; not everybody does. */
export function vacation(random, { original, date }) {
  const back = new Date(date.getTime() + random.between(3, 14) * 86_400_000);
  return {
    headers: [
      `From: <${original.to}>`,
      `Subject: ${random.pick(['Out of office', 'Automatic reply', 'Abwesend'])}: ${original.subject}`,
      `In-Reply-To: <${original.messageId}>`,
      random.chance(0.8) ? 'Auto-Submitted: auto-replied' : 'X-Autoreply: yes',
      'Precedence: auto_reply',
      'Content-Type: text/plain; charset=utf-8',
    ],
    body: `Thank you for your mail. I am away and back on ${back.toISOString().slice(0, 10)}.\n`,
  };
}

/** "Prove that you are a person": the other kind of answer to a forgery. */
export function challenge(random, { original }) {
  const domain = original.to.split('@')[1];
  return {
    headers: [
      `From: Mail Guard <confirm-${random.hex(8)}@${domain}>`,
      `Subject: Please confirm your message to ${original.to}`,
      `In-Reply-To: <${original.messageId}>`,
      'Auto-Submitted: auto-replied',
      'Content-Type: text/plain; charset=us-ascii',
    ],
    body: `Your message is held until you confirm that you are a person.\nAnswer this mail, or open https://guard.example/${random.hex(10)}\n`,
  };
}

/** RFC 7489 and its successors: what a receiver saw, once a day. The attachment is a stand-in, not a real archive. */
export function dmarcReport(random, { domain, date, reporter }) {
  const boundary = `report_${random.hex(12)}`;
  const org = reporter.name.split('.').slice(-2).join('.');
  const end = Math.floor(date.getTime() / 86_400_000) * 86_400;
  const xml = `<?xml version="1.0"?><feedback><report_metadata><org_name>${org}</org_name></report_metadata><policy_published><domain>${domain}</domain><p>none</p></policy_published></feedback>\n`;
  return {
    headers: [
      `From: DMARC reports <noreply-dmarc@${org}>`,
      `Subject: Report Domain: ${domain} Submitter: ${org} Report-ID: <${random.hex(10)}@${org}>`,
      'MIME-Version: 1.0',
      `Content-Type: multipart/mixed; boundary="${boundary}"`,
    ],
    body: multipart(boundary, [
      [['Content-Type: text/plain'], `Aggregate report for ${domain}.\n`],
      [
        [
          `Content-Type: text/xml; name="${org}!${domain}!${end - 86_400}!${end}.xml"`,
          `Content-Disposition: attachment; filename="${org}!${domain}!${end - 86_400}!${end}.xml"`,
        ],
        xml,
      ],
    ]),
  };
}

/** RFC 5965: a reader pressed the spam button. */
export function abuseReport(random, { original, reporter }) {
  const boundary = `arf_${random.hex(12)}`;
  return {
    headers: [
      `From: <fbl@${reporter.name}>`,
      'Subject: Complaint about a message',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=feedback-report; boundary="${boundary}"`,
    ],
    body: multipart(boundary, [
      [['Content-Type: text/plain'], 'A reader called the message below spam.\n'],
      [
        ['Content-Type: message/feedback-report'],
        `Feedback-Type: abuse\nUser-Agent: ButtonPress/1.0\nVersion: 1\nOriginal-Mail-From: <${original.sender}>\nSource-IP: ${original.ip}\n`,
      ],
      [['Content-Type: message/rfc822'], original.text],
    ]),
  };
}

/** RFC 8098: somebody opened our mail. */
export function readReceipt(random, { original }) {
  const boundary = `mdn_${random.hex(12)}`;
  return {
    headers: [
      `From: <${original.to}>`,
      `Subject: Read: ${original.subject}`,
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=disposition-notification; boundary="${boundary}"`,
    ],
    body: multipart(boundary, [
      [['Content-Type: text/plain'], `Your message was displayed on ${mailDate(original.date)}.\n`],
      [
        ['Content-Type: message/disposition-notification'],
        `Final-Recipient: rfc822;${original.to}\nOriginal-Message-ID: <${original.messageId}>\nDisposition: manual-action/MDN-sent-manually; displayed\n`,
      ],
    ]),
  };
}

const TEXTS = [
  'Hello,\n\ncould you set aside two loaves of rye for Saturday?\n\nThank you\n',
  'Good evening,\n\nthe delivery on Tuesday was short of one tray.\nFrom next week on, please count with us.\n\nRegards\n',
  'Grüß Gott,\n\nkönnen Sie uns bitte ein Angebot für 80 Brötchen schicken?\n\nFreundliche Grüße\n',
  'Hi,\n\nI forwarded your mail and it came back to me:\n\n> <you@nowhere.example>: host nowhere.example said: 550 5.1.1 no such user\n\nIs the address right?\n',
];

/** Mail from people. One of the texts quotes a bounce, and one has a line that begins with "From ". */
export function letter(random) {
  const first = random.pick(FIRST);
  const last = random.pick(LAST);
  const from = `${first}.${last}@${random.pick(['northlink.example', 'bigmail.example', 'lakeside.example'])}`;
  return {
    headers: [
      `From: ${first[0].toUpperCase()}${first.slice(1)} ${last[0].toUpperCase()}${last.slice(1)} <${from}>`,
      `Subject: ${random.pick(['Re: ', '', ''])}${random.pick(HONEST_SUBJECTS)}`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
    ],
    body: random.pick(TEXTS),
    from,
  };
}
