import type { Dialect } from './dialect.ts';

/**
 * Small MTAs that write a few lines: OpenSMTPD, the DragonFly Mail Agent, MailEnable, MDaemon, Smail, LSMTP,
 * MailFoundry.
 */
export const smallMtaDialects: readonly Dialect[] = [
  {
    id: 'opensmtpd',
    signs: { text: ['this is the mailer-daemon, please do not reply'] },
    reasons: [
      ['network error on destination', 'networkerror'],
      ['could not retrieve source address', 'systemerror'],
      ['temporary failure in mx lookup', 'networkerror'],
    ],
  },
  { id: 'dragonfly', signs: { text: ['dragonfly mail agent'] } },
  { id: 'mailenable', signs: { text: ['mailenable:'] } },
  { id: 'mdaemon', signs: { from: ['mdaemon@'] } },
  { id: 'smail', signs: { text: ['failed addresses follow:'] } },
  {
    id: 'lsmtp',
    signs: { text: ['--> error description:'] },
    recipientLine: /^error-for:\s{0,4}(.{3,320})/i,
  },
  { id: 'mailfoundry', signs: { text: ['delivery failed for the following reason:'] } },
];
