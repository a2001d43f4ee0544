// What mail software writes when it returns a message: one function per form. The wording is our own; the structure
// (headers, parts, RFC 3464 fields, the qmail format) is that of the software.
import { DELAY, deliveryStatus } from './delivery-status.mjs';
import { mailDate, multipart } from './mail.mjs';
import { eximId } from './originals.mjs';

function postfix(random, { reporter, original, fault, date, isDelay = false }) {
  const queueId = random.queueId();
  const boundary = `${queueId}.${Math.floor(date.getTime() / 1000)}/${reporter.name}`;
  const shown = isDelay ? DELAY : fault;
  const returned = random.chance(0.7)
    ? [['Content-Description: Undelivered Message', 'Content-Type: message/rfc822'], original.text]
    : [['Content-Description: Undelivered Message Headers', 'Content-Type: text/rfc822-headers'], original.headers];
  return {
    headers: [
      `From: MAILER-DAEMON@${reporter.name} (Mail Delivery System)`,
      `Subject: ${isDelay ? 'Delayed Mail (still being retried)' : 'Undelivered Mail Returned to Sender'}`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=delivery-status;\n\tboundary="${boundary}"`,
    ],
    body: multipart(
      boundary,
      [
        [
          ['Content-Description: Notification', 'Content-Type: text/plain; charset=us-ascii'],
          postfixNote(reporter, original, shown, isDelay),
        ],
        [
          ['Content-Description: Delivery report', 'Content-Type: message/delivery-status'],
          deliveryStatus({
            reporter,
            original,
            fault: shown,
            action: isDelay ? 'delayed' : 'failed',
            perMessage: [`X-Postfix-Queue-ID: ${queueId}`, `X-Postfix-Sender: rfc822; ${original.sender}`],
            perRecipient: [`Original-Recipient: rfc822;${original.to}`],
          }),
        ],
        returned,
      ],
      { preamble: 'This is a MIME-encapsulated message.\n\n' },
    ),
  };
}

function postfixNote(reporter, { to }, { reply, status, text }, isDelay) {
  const what = isDelay
    ? 'Your message has waited for four hours; we go on trying.'
    : 'Your message did not reach one or more of its readers; it comes back with this note.';
  const said = `<${to}>: host ${reporter.name} said: ${reply} ${status}\n    ${text} (in reply to RCPT TO command)`;
  return `You are hearing from the mail system of ${reporter.name}.\n\n${what}\n\n${said}\n`;
}

function sendmail(random, { reporter, original, fault }) {
  const boundary = `uAE${random.between(100000, 999999)}.${random.between(1e9, 2e9)}/${reporter.name}`;
  return {
    headers: [
      `From: Mail Delivery Subsystem <MAILER-DAEMON@${reporter.name}>`,
      'Subject: Returned mail: see transcript for details',
      'Auto-Submitted: auto-generated (failure)',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=delivery-status;\n\tboundary="${boundary}"`,
    ],
    body: multipart(boundary, [
      [
        ['Content-Type: text/plain'],
        `The message came in at ${mailDate(original.date)}\nfrom unknown [${original.ip}]\n\n   ----- These addresses failed for good -----\n<${original.to}>\n    (reason: ${fault.reply} ${fault.status} ${fault.text})\n\n   ----- What was said -----\n>>> RCPT To:<${original.to}>\n<<< ${fault.reply} ${fault.status} ${fault.text}\n`,
      ],
      [
        ['Content-Type: message/delivery-status'],
        deliveryStatus({ reporter, original, fault, perMessage: [`Received-From-MTA: DNS; [${original.ip}]`] }),
      ],
      [['Content-Type: message/rfc822'], original.text],
    ]),
  };
}

function exim(random, { reporter, original, fault }) {
  const boundary = `${Math.floor(original.date.getTime() / 1000)}-eximdsn-${random.between(1e8, 9e8)}`;
  return {
    headers: [
      `X-Failed-Recipients: ${original.to}`,
      'Auto-Submitted: auto-replied',
      `From: Mail Delivery System <Mailer-Daemon@${reporter.name}>`,
      `Content-Type: multipart/report; report-type=delivery-status; boundary=${boundary}`,
      'MIME-Version: 1.0',
      'Subject: Mail delivery failed: returning message to sender',
    ],
    body: multipart(boundary, [
      [
        ['Content-type: text/plain; charset=us-ascii'],
        `A program wrote this, no person did.\n\nWhat you sent could not be handed over to:\n\n  ${original.to}\n    ${fault.reply} ${fault.status} ${fault.text}\n`,
      ],
      [['Content-type: message/delivery-status'], deliveryStatus({ reporter, original, fault, remote: reporter.name })],
      [['Content-type: message/rfc822'], original.text],
    ]),
  };
}

/** Exim before reports in MIME: plain text, the copy of the message below a line of dashes. */
function eximText(_random, { reporter, original, fault }) {
  return {
    headers: [
      `X-Failed-Recipients: ${original.to}`,
      'Auto-Submitted: auto-replied',
      `From: Mail Delivery System <Mailer-Daemon@${reporter.name}>`,
      'Subject: Mail delivery failed: returning message to sender',
    ],
    body: `This message was created automatically by mail delivery software.\n\nWhat you sent could not be handed over to:\n\n  ${original.to}\n    SMTP error from remote mail server after RCPT TO:<${original.to}>:\n    ${fault.reply} ${fault.status} ${fault.text}\n\n------ This is a copy of the message, including all the headers. ------\n\n${original.text}`,
  };
}

/** The qmail-send bounce message format: "Hi. This is the", a paragraph per recipient, "--- Below this line". */
function qmail(_random, { reporter, original, fault }) {
  return {
    headers: [`From: MAILER-DAEMON@${reporter.name}`, 'Subject: failure notice'],
    body: `Hi. This is the qmail-send program at ${reporter.name}.\nI was not able to bring your message to the addresses below.\nThis is final; I will not try again.\n\n<${original.to}>:\n${original.ip} does not like recipient.\nRemote host said: ${fault.reply} ${fault.text} (#${fault.status})\nGiving up.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <${original.sender}>\n${original.text}`,
  };
}

function exchange(random, { reporter, original, fault }) {
  const boundary = `_000_${random.hex(32)}_`;
  const inner = `_001_${random.hex(32)}_`;
  const words = `Your message could not be brought to ${original.to}. ${fault.text}.`;
  return {
    headers: [
      `From: Postmaster <postmaster@${reporter.name.split('.').slice(-2).join('.')}>`,
      `Subject: Undeliverable: ${original.subject}`,
      'X-MS-Exchange-Message-Is-Ndr:',
      `In-Reply-To: <${original.messageId}>`,
      `References: <${original.messageId}>`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=delivery-status;\n\tboundary="${boundary}"`,
    ],
    body: multipart(boundary, [
      [
        [`Content-Type: multipart/alternative; boundary="${inner}"`],
        multipart(inner, [
          [['Content-Type: text/plain; charset="us-ascii"'], `${words}\n`],
          [['Content-Type: text/html; charset="us-ascii"'], `<html><body><p>${words}</p></body></html>\n`],
        ]),
      ],
      [
        ['Content-Type: message/delivery-status'],
        deliveryStatus({ reporter, original, fault, perRecipient: [`X-Display-Name: ${original.to}`] }),
      ],
      [['Content-Type: message/rfc822'], original.text],
    ]),
  };
}

/** A big webmail provider: a picture-book text, an icon, then the fields. */
function bigmail(random, { reporter, original, fault }) {
  const boundary = random.hex(28);
  const related = random.hex(28);
  return {
    headers: [
      `From: Mail Delivery Subsystem <mailer-daemon@${reporter.name.split('.').slice(-2).join('.')}>`,
      'Auto-Submitted: auto-replied',
      `X-Failed-Recipients: ${original.to}`,
      'Subject: Delivery Status Notification (Failure)',
      `References: <${original.messageId}>`,
      `In-Reply-To: <${original.messageId}>`,
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; boundary="${boundary}"; report-type=delivery-status`,
    ],
    body: multipart(boundary, [
      [
        [`Content-Type: multipart/related; boundary="${related}"`],
        multipart(related, [
          [
            ['Content-Type: text/html; charset="UTF-8"'],
            `<html><body><h2>Address not found</h2><p>Nobody is called <b>${original.to}</b> here.</p></body></html>\n`,
          ],
          [
            ['Content-Type: image/png; name="icon.png"', 'Content-Transfer-Encoding: base64', 'Content-ID: <icon.png>'],
            'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==\n',
          ],
        ]),
      ],
      [['Content-Type: message/delivery-status'], deliveryStatus({ reporter, original, fault, remote: reporter.name })],
      [['Content-Type: message/rfc822'], original.text],
    ]),
  };
}

/** A filter appliance: fields in capitals, the original only as headers, and it forgets to close the last part. */
function gateway(random, { reporter, original, fault }) {
  const boundary = `=_gw_${random.hex(12)}`;
  return {
    headers: [
      `From: <postmaster@${reporter.name}>`,
      'Subject: DELIVERY FAILURE: message was not accepted',
      'MIME-Version: 1.0',
      `Content-Type: MULTIPART/REPORT; REPORT-TYPE=delivery-status; BOUNDARY="${boundary}"`,
    ],
    body: multipart(
      boundary,
      [
        [['Content-Type: text/plain'], `The message to ${original.to} was stopped: ${fault.text}.\n`],
        [
          ['Content-Type: message/delivery-status'],
          `REPORTING-MTA: DNS;${reporter.name}\n\nFINAL-RECIPIENT: RFC822;${original.to}\nACTION: FAILED\nSTATUS: ${fault.status}\nDIAGNOSTIC-CODE: SMTP;${fault.reply} ${fault.text}\n`,
        ],
        [['Content-Type: text/rfc822-headers'], original.headers],
      ],
      { isClosed: false },
    ),
  };
}

export const FORMS = { postfix, sendmail, exim, eximText, qmail, exchange, bigmail, gateway };

/** The outer Message-ID, in the reporter's manner. */
export function reportId(random, reporter) {
  return reporter.form.startsWith('exim')
    ? `E${eximId(random)}@${reporter.name}`
    : `${random.hex(14)}@${reporter.name}`;
}
