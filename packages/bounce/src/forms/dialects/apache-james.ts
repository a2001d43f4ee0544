import type { Dialect } from './dialect.ts';

/**
 * Apache James: "Error message below:" and a list of message details with the RCPT TO. Verizon's SMS gateway
 * writes the same.
 */
export const jamesDialect: Dialect = {
  id: 'apache-james',
  signs: { text: ['error message below:'] },
  recipientLine: /^\s{0,4}rcpt to:\s{0,3}(.{3,320})/i,
};
