/** A host and a port to talk to. */
export type ServerAddress = { readonly host: string; readonly port: number };

/**
 * Reads `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address.
 *
 * Returns null when there is no host, or the port is none of 1–65535.
 */
export function parseServerAddress(text: string, defaultPort = 53): ServerAddress | null {
  const bracketed = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/i.exec(text);
  if (bracketed !== null) return withPort(bracketed[1], bracketed[2], defaultPort);
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text)) return { host: text, port: defaultPort };
  const plain = /^([a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(text);
  return plain === null ? null : withPort(plain[1], plain[2], defaultPort);
}

function withPort(host: string | undefined, port: string | undefined, defaultPort: number): ServerAddress | null {
  const number = port === undefined ? defaultPort : Number(port);
  return host === undefined || number < 1 || number > 65_535 ? null : { host, port: number };
}
