import type { Dialect } from './dialect.ts';

/**
 * Yahoo and hosts on its software: qmail's layout with a sentence of its own.
 */
export const yahooDialect: Dialect = {
  id: 'yahoo',
  signs: {
    subject: ['failure notice'],
    text: ['unable to deliver your message to the following address', "wasn't able to deliver the following message"],
  },
};
