import { type DomainName, type IpAddress, parseDomainName, parseIp, UnsentError } from '@unsent/dns';

/** An address as typed. Throws `usage` when it is none. */
export function readIp(text: string): IpAddress {
  const ip = parseIp(text);
  if (ip === null) throw usage(`"${text}" is no IP address`, 'Give one IPv4 or IPv6 address, such as 192.0.2.1.');
  return ip;
}

/** A domain as typed. Throws `usage` when it is no name that mail could use; `place` says where it stood. */
export function readDomain(text: string, place = ''): DomainName {
  const name = parseDomainName(text);
  // DNS allows more than these characters; an address, a URL or a sentence is a slip of the hand.
  if (name?.includes('.') === true && !/[^a-z0-9._-]/.test(name)) return name;
  const where = place === '' ? '' : ` (${place})`;
  throw usage(
    `"${text}"${where} is no domain name`,
    'Give a domain such as example.com, without @ and without https://.',
  );
}

/** Words of an option, each one of `known`. Throws `usage` for any other. */
export function readWords<T extends string>(flag: string, words: readonly string[], known: readonly T[]): readonly T[] {
  return words.map((word) => {
    const found = known.find((one) => one === word);
    if (found === undefined) throw usage(`${flag} does not know "${word}"; it knows ${known.join(', ')}`);
    return found;
  });
}

/** The error for a command line that cannot be meant. */
export function usage(message: string, hint = 'Run unsent spf --help to see what there is.'): UnsentError {
  return new UnsentError('usage', { message, hint, exitCode: 2 });
}
