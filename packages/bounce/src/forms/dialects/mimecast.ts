import type { Dialect } from './dialect.ts';

/**
 * Mimecast: items behind two dashes, the address, then what the problem "appears to be".
 */
export const mimecastDialect: Dialect = {
  id: 'mimecast',
  signs: { text: ['the problem appears to be'] },
  reasons: [
    ['server unavailable or busy', 'expired'],
    ['email address is possibly incorrect', 'userunknown'],
  ],
};
