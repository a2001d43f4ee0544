import type { Dialect } from './dialect.ts';

/**
 * MailMarshal: the recipients below "The following recipients were affected", the reply above them.
 */
export const mailMarshalDialect: Dialect = {
  id: 'mailmarshal',
  signs: { text: ['the following recipients were affected'] },
};
