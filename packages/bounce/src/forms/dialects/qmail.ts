import type { Dialect } from './dialect.ts';

/**
 * qmail and netqmail: "Hi. This is the qmail-send program", <address>: on a line, the diagnostic below.
 */
export const qmailDialect: Dialect = {
  id: 'qmail',
  signs: {
    text: [
      'this is the qmail-send program',
      'this is the deliver program at',
      'this is the machine generated message from mail service',
    ],
  },
  reasons: [
    ['no mailbox here by that name', 'userunknown'],
    ["i couldn't find any host named", 'hostunknown'],
    ["i couldn't find a mail exchanger", 'notaccept'],
    ["i wasn't able to establish an smtp connection", 'networkerror'],
    ['this message is looping', 'networkerror'],
    ['i tried to deliver a bounce message to this address', 'userunknown'],
  ],
};
