import type { Dialect } from './dialect.ts';

/**
 * Zoho Mail: the address and its codes on one line, "ERROR_CODE :550".
 */
export const zohoDialect: Dialect = {
  id: 'zoho',
  signs: { header: [['x-zohomail', '']] },
  reasons: [
    ['host not reachable', 'expired'],
    ['invalid address', 'userunknown'],
  ],
};
