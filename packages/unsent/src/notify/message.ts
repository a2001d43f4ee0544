import { plural } from '../output/number.ts';
import { countsByDomain, type DomainCount } from '../scan/paragraph.ts';

export type Notice = {
  readonly from: string;
  readonly to: string;
  /** Name of this host. */
  readonly host: string;
  readonly at: Date;
  /** Makes the Message-ID one of a kind. */
  readonly unique: string;
  readonly since: Date | null;
  readonly domains: readonly DomainCount[];
};

/** A local user, or an address without quoting, comments and address literals. No option can begin like it. */
const ADDRESS =
  /^[a-z0-9_][a-z0-9!#$%&'*+/=?^_`{|}~.-]{0,63}(?:@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*)?$/i;

/** True for what a notice may be sent to: one address and nothing that a header or a command line could mistake. */
export function isNoticeAddress(text: string): boolean {
  return text.length <= 254 && ADDRESS.test(text);
}

/**
 * The notice as it is handed to sendmail. ASCII throughout, and made of nothing but checked addresses, domain names
 * and numbers: nothing that stood in a message gets into its header.
 */
export function noticeMessage({ from, to, host, at, unique, since, domains }: Notice): string {
  const total = domains.reduce((sum, one) => sum + one.backscatter, 0);
  return [
    `From: unsent <${from}>`,
    `To: <${to}>`,
    `Subject: ${plural(total, 'new bounce')} of forged mail`,
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${unique}@${host}>`,
    // RFC 3834 §5: so that no vacation program and no other robot answers it.
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    'Content-Transfer-Encoding: 7bit',
    '',
    `unsent on ${host} found ${plural(total, 'bounce')} of mail that you never sent${sinceText(since)}:`,
    '',
    ...domains.slice(0, MAX_LINES).map((one) => `  ${countsByDomain([one])}`),
    ...(domains.length > MAX_LINES ? [`  and ${plural(domains.length - MAX_LINES, 'more domain')}`] : []),
    '',
    'What to do about it:  unsent scan MAILBOX',
    '',
  ].join('\n');
}

const MAX_LINES = 20;

function sinceText(since: Date | null): string {
  return since === null ? '' : ` since ${since.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
