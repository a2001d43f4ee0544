// Table of contents of @unsent/dns.
export { assertNever, type ExitCode, UnsentError, type UnsentErrorOptions } from './errors.ts';
export type { IpAddress, IpPrefix, IpText } from './ip.ts';
export { type DomainName, isSubdomainOf, parentOf, parseDomainName } from './name.ts';
export type { DnsRecord, Rdata, RrType } from './record.ts';
export type { Answer, FailedAnswer, NegativeAnswer, Resolver } from './resolver.ts';
