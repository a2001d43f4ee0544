/**
 * What a message is. `bounce` covers failed, delayed and success reports alike (the recipient's action tells them
 * apart); `report` is a DMARC report, aggregate or of one failure; `tls-report` is an SMTP TLS report.
 */
export type MessageKind = 'bounce' | 'auto-reply' | 'arf' | 'report' | 'tls-report' | 'mdn' | 'ordinary';
