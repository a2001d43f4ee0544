import { type DomainName, type IpAddress, parseDomainName, parseIp, UnsentError } from '@unsent/dns';

/** An address as typed. Throws `usage` when it is none. */
export function readIp(text: string): IpAddress {
  const ip = parseIp(text);
  if (ip === null) throw usage(`"${text}" is no IP address`, 'Give one IPv4 or IPv6 address, such as 192.0.2.1.');
  return ip;
}

/** A domain as typed. Throws `usage` when it is no name that mail could use. */
export function readDomain(text: string): DomainName {
  const name = parseDomainName(text);
  if (name?.includes('.') !== true) throw usage(`"${text}" is no domain name`);
  return name;
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
