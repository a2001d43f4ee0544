import type { Dialect } from './dialect.ts';

/**
 * The Exim of GMX, mail.com and 1&1: an address in quotes or alone, then a reason, then "The header of the
 * original message is following".
 */
export const unitedInternetDialect: Dialect = {
  id: 'gmx',
  signs: {
    header: [
      ['x-gmx-antispam', ''],
      ['x-ui-out-filterresults', ''],
    ],
    text: ['mail delivery software'],
  },
};
