import type { Dialect } from './dialect.ts';

/**
 * fml, a mailing list manager: it refuses mail of people who are not members, from the list's own admin address and
 * without a word of delivery. The list is the recipient that could not be reached.
 */
export const fmlDialect: Dialect = {
  id: 'fml',
  signs: {
    header: [['x-mlserver', 'fml']],
    text: ['you are not a member of', 'your mail has been rejected', 'not member of this'],
  },
  isProof: true,
  recipientLine: /mailing list\s{0,3}<([^<>\s]{3,320})>/i,
  reasons: [['', 'rejected']],
};
