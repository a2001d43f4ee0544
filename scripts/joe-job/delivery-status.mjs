// The fields of RFC 3464 and what may go wrong.
import { mailDate } from './mail.mjs';

/** What went wrong, as status (RFC 3463), SMTP reply and text. */
export const FAULTS = [
  { status: '5.1.1', reply: '550', text: 'mailbox does not exist here' },
  { status: '5.1.1', reply: '550', text: 'no such user' },
  { status: '5.2.1', reply: '550', text: 'this account is switched off' },
  { status: '5.2.2', reply: '552', text: 'mailbox is full' },
  { status: '5.7.1', reply: '554', text: 'message refused as spam' },
  { status: '5.4.4', reply: '550', text: 'the domain takes no mail' },
];

export const DELAY = { status: '4.4.1', reply: '451', text: 'the other host does not answer' };

/** RFC 3464 §2.2 and §2.3. `perMessage` and `perRecipient` are lines that only this software writes. */
export function deliveryStatus({
  reporter,
  original,
  fault,
  action = 'failed',
  perMessage = [],
  perRecipient = [],
  remote = null,
}) {
  return [
    `Reporting-MTA: dns; ${reporter.name}`,
    ...perMessage,
    `Arrival-Date: ${mailDate(original.date)}`,
    '',
    `Final-Recipient: rfc822; ${original.to}`,
    ...perRecipient,
    `Action: ${action}`,
    `Status: ${fault.status}`,
    remote === null ? null : `Remote-MTA: dns; ${remote}`,
    `Diagnostic-Code: smtp; ${fault.reply} ${fault.status} ${fault.text}`,
    '',
  ]
    .filter((line) => line !== null)
    .join('\n');
}
