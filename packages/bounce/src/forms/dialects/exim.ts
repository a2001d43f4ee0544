import type { Dialect } from './dialect.ts';

/**
 * Exim: "This message was created automatically by mail delivery software", addresses indented by two, the
 * diagnostic by four.
 */
export const eximDialect: Dialect = {
  id: 'exim',
  signs: { text: ['created automatically by mail delivery software', 'a message that you sent contained'] },
  reasons: [
    ['all hosts have been failing for a long time', 'expired'],
    ['all relevant mx records point to non-existent hosts', 'hostunknown'],
    ['an mx or srv record indicated no smtp service', 'notaccept'],
    ['lowest numbered mx record points to local host', 'networkerror'],
    ['failed to expand', 'systemerror'],
    ['child process of', 'mailererror'],
    ['malformed address', 'syntaxerror'],
  ],
};
