// Table of contents of @unsent/dns/addresses: addresses alone, for those who look nothing up. A tenth of the files.
export { type IpAddress, parseIp } from './ip.ts';
export { isPrivate } from './special-addresses.ts';
