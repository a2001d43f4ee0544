import type { Dialect } from './dialect.ts';

/**
 * Japanese carriers and gateways: EZweb and au by KDDI, Biglobe, m-FILTER by Digital Arts.
 */
export const japanDialects: readonly Dialect[] = [
  {
    id: 'ezweb',
    signs: {
      text: ['the following recipients did not receive this message', 'each of the following recipients was rejected'],
    },
    reasons: [
      ['was rejected by a remote mail server', 'filtered'],
      ['remote host is not responding', 'expired'],
    ],
  },
  {
    id: 'kddi',
    signs: { text: ['your mail sent on:', 'your mail attempted to be delivered on:'] },
    reasons: [
      ['as their mailbox is full', 'mailboxfull'],
      ['smtp relay error', 'norelaying'],
      ['remote domain doesnt exist', 'hostunknown'],
    ],
  },
  {
    id: 'biglobe',
    signs: { text: ['non-delivered information'] },
    reasons: [
      ["recipient's mailbox exceeded the local limit", 'mailboxfull'],
      ['mail delivery failed... user unknown', 'filtered'],
    ],
  },
  { id: 'm-filter', signs: { text: ['-------server message'] } },
];
