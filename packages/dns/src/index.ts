// Table of contents of @unsent/dns.
export {
  type AuthoritativeOptions,
  authoritativeResolvers,
  type NameServer,
  type SoaAnswer,
  type ZoneServers,
} from './authoritative.ts';
export { type CachedResolver, type CacheOptions, type CacheStats, cachedResolver } from './cache.ts';
export { type ClientStats, type DnsClient, type DnsClientOptions, dnsClient, systemServers } from './client.ts';
export { type Delegation, findDelegation } from './delegation.ts';
export { assertNever, type ExitCode, UnsentError, type UnsentErrorOptions } from './errors.ts';
export {
  contains,
  formatIp,
  type IpAddress,
  type IpPrefix,
  ipFromBytes,
  ipFromRdata,
  networkOf,
  parseIp,
  parseIpText,
  parsePrefix,
  prefixText,
  reverseName,
  sameIp,
} from './ip.ts';
export { type IpText, ip6Text, parseIp6Words, parseQuad, quadText } from './ip-text.ts';
export type { DnsMessage } from './message.ts';
export { type DomainName, isSubdomainOf, parentOf, parseDomainName } from './name.ts';
export {
  type DnsRecord,
  isRrType,
  joinTxt,
  quoteCharacterString,
  type Rdata,
  RR_TYPES,
  type RrType,
  rdataText,
  recordKey,
  sameRecord,
} from './record.ts';
export type { Answer, FailedAnswer, NegativeAnswer, Resolver } from './resolver.ts';
export { type DnsServer, formatDnsServer, parseDnsServer } from './server.ts';
export { parseSoa, type Soa } from './soa.ts';
export { isLoopback, isPrivate, isThisHost, PRIVATE_NETWORKS } from './special-addresses.ts';
export { parseTtl } from './ttl.ts';
// Octets of messages, for those who speak more of the protocol than questions (zone transfer, RFC 5936).
export { readHeader, readRecords, type WireHeader, type WireRecord } from './wire.ts';
export { skipName } from './wire-name.ts';
export { readRecord, recordLine, typeName, typeNumber } from './wire-rdata.ts';
export { type Observation, observed, withTimeout } from './wrap.ts';
export { type ZoneFailure, type ZoneResolver, type ZoneResolverOptions, zoneResolver } from './zone.ts';
export type { ZoneLine } from './zone-rdata.ts';
export { formatZoneText, parseZoneText, recordFromText, type ZoneText, type ZoneTextOptions } from './zone-text.ts';
