const BEFORE_MAIL = new Set(['CONNECT', 'HELO', 'EHLO']);
/** A client other than Postfix may leave the state out; it then asks as at RCPT. */
const WITH_SENDER = new Set(['MAIL', 'RCPT', 'DATA', 'END-OF-MESSAGE', '']);

/** True where smtpd asks before the sender is known: an empty sender then is not the null sender. */
export function isBeforeMail(protocolState: string): boolean {
  return BEFORE_MAIL.has(protocolState);
}

/** True where the sender is known; false also where there is none, as at VRFY and ETRN. */
export function isWithSender(protocolState: string): boolean {
  return WITH_SENDER.has(protocolState);
}
