import type { Dialect } from './dialect.ts';

/**
 * Sendmail without RFC 3464: a list of addresses and a transcript; before version 8 nothing but the transcript.
 */
export const sendmailDialects: readonly Dialect[] = [
  { id: 'sendmail', signs: { text: ['the original message was received at'] } },
  { id: 'sendmail5', signs: { text: ['transcript of session follows', 'transcript of the session follows'] } },
];
