// One read message in the form of the shared corpus: the JSON line of `unsent scan --json` without the verdict.

/** Plain data of a MailRead. */
export function jsonLine(read) {
  const original = read.report?.original ?? null;
  return {
    messageId: read.messageId,
    kind: read.kind,
    recipients: (read.report?.recipients ?? []).map((one) => ({
      address: one.address,
      status: one.status,
      replycode: one.replyCode,
      action: one.action,
      reason: one.reason,
      diagnostic: one.diagnostic,
    })),
    original: original && {
      messageId: original.messageId,
      from: original.headerFrom,
      originIp: original.injectedBy?.text ?? null,
    },
    dialect: read.report?.dialect ?? null,
    error: read.error,
  };
}
