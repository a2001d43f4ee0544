import type { Dialect } from './dialect.ts';

/**
 * Novell GroupWise: the address and a reason in parentheses.
 */
export const groupWiseDialect: Dialect = {
  id: 'groupwise',
  signs: { subject: ['message status - undeliverable'] },
};
