import type { IpAddress } from '@unsent/dns';

/**
 * One question of Postfix's smtpd (SMTPD_POLICY_README), names as Postfix sends them.
 *
 * Values are kept as they came: Postfix hands a sender over unquoted and with its case preserved. An attribute that
 * was not sent is the empty string, which is also how Postfix spells "not known".
 */
export type PolicyRequest = {
  /** HELO, EHLO, MAIL, RCPT, DATA, END-OF-MESSAGE, VRFY or ETRN. */
  readonly protocolState: string;
  /** Null when `client_address` is missing or no address. */
  readonly client: IpAddress | null;
  readonly helo: string;
  /** Empty for the null sender. */
  readonly sender: string;
  readonly recipient: string;
  /** The only safe key of a message: `queue_id` is empty at its first recipient. */
  readonly instance: string;
  readonly queueId: string;
  readonly saslUsername: string;
  /** The lines as they came, one character for each octet, what is not named here too; `attributesOf` reads them. */
  readonly text: string;
};
