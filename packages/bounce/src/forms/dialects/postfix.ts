import type { Dialect } from './dialect.ts';

/**
 * Postfix when its MIME structure got lost on the way: the notice and the fields in one text.
 */
export const postfixDialect: Dialect = {
  id: 'postfix',
  signs: { text: ['this is the mail system at host', 'this is the postfix program at host'] },
};
