import type { Dialect } from './dialect.ts';

/**
 * Exchange 5.5 to 2003 (Internet Mail Service): the recipient and a date on one line, MSEXCH lines below.
 */
export const exchangeDialect: Dialect = {
  id: 'exchange2003',
  signs: { text: ['did not reach the following recipient'] },
  reasons: [
    ['000c05a6', 'userunknown'],
    ['00010256', 'userunknown'],
    ['recipient not found', 'userunknown'],
    ['unknown recipient', 'userunknown'],
    ['recipient name is not recognized', 'userunknown'],
    ['message content is not supported', 'contenterror'],
  ],
};
