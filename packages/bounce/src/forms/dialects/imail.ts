import type { Dialect } from './dialect.ts';

/**
 * Ipswitch IMail (SMTP32): one line, the reason in front of the address.
 */
export const imailDialect: Dialect = {
  id: 'imail',
  signs: {
    subject: ['undeliverable mail'],
    text: [
      'invalid final delivery userid',
      'user mailbox exceeds allowed size',
      'delivery failed ',
      'unknown user:',
      'unknown host:',
      'undeliverable to ',
    ],
  },
  recipientLine:
    /^(?:unknown user|unknown host|user mailbox exceeds allowed size|invalid final delivery userid|delivery failed \d{1,4} attempts|undeliverable to)\s{0,3}:?\s{0,3}(.{3,320})/i,
  reasons: [
    ['delivery failed', 'expired'],
    ['invalid final delivery userid', 'userunknown'],
    ['exceeds allowed size', 'mailboxfull'],
  ],
};
