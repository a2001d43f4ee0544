import type { Dialect } from './dialect.ts';

/**
 * Gmail before it wrote RFC 3464 reports, and Google Groups, which says only that the group may not exist.
 */
export const gmailDialects: readonly Dialect[] = [
  {
    id: 'google-groups',
    signs: { from: ['mailer-daemon@'], text: ['the group you tried to contact'] },
    reasons: [['the group you tried to contact', 'rejected']],
  },
  {
    id: 'gmail',
    signs: {
      text: [
        'delivery to the following recipient failed permanently',
        'delivery to the following recipients failed permanently',
        'delivery to the following recipient has been delayed',
        'delivery to the following recipients has been delayed',
        'technical details of permanent failure',
        'technical details of temporary failure',
      ],
    },
    reasons: [['must issue a starttls', 'failedstarttls']],
  },
];
