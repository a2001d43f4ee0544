/** Undoes quoted-printable (RFC 2045 §6.7) on bytes; what is not valid stays as it is. */
export function decodeQuotedPrintable(bytes: string): string {
  if (!bytes.includes('=')) return bytes;
  return bytes.replace(QUOTED, (_whole, hex: string | undefined) =>
    hex === undefined ? '' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const QUOTED = /=(?:([0-9A-Fa-f]{2})|[ \t]{0,16}\n)/g;

/** Undoes base64 (RFC 2045 §6.8) on bytes, ignoring what is not of its alphabet. */
function decodeBase64(bytes: string): string {
  return Buffer.from(bytes, 'base64').toString('latin1');
}

/** Undoes the named Content-Transfer-Encoding; an unknown one changes nothing. */
export function decodeTransfer(bytes: string, encoding: string): string {
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(bytes);
  if (encoding !== 'base64') return bytes;
  // Some gateways label plain text as base64: the alphabet has no ':' or '@', which every report is full of.
  const sample = bytes.slice(0, 400);
  return sample.includes(': ') || sample.includes('@') ? bytes : unifyDecoded(decodeBase64(bytes));
}

function unifyDecoded(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
