/**
 * What a message is. `bounce` covers failed, delayed and success reports alike (the recipient's action tells them
 * apart); `report` is a DMARC aggregate, DMARC failure or TLS report.
 */
export type MessageKind = 'bounce' | 'auto-reply' | 'arf' | 'report' | 'mdn' | 'ordinary';
