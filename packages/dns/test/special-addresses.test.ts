import { expect, test } from 'vitest';
import { parseIp } from '../src/ip.ts';
import { isLoopback, isPrivate, isThisHost } from '../src/special-addresses.ts';

test.each([
  // address, loopback, this host, private
  ['127.0.0.1', true, true, true],
  ['127.255.255.255', true, true, true],
  ['::1', true, true, true],
  ['::ffff:127.0.0.1', true, true, true],
  ['0.0.0.0', false, true, true],
  ['::', false, true, true],
  ['9.255.255.255', false, false, false],
  ['10.0.0.0', false, false, true],
  ['11.0.0.0', false, false, false],
  ['172.15.255.255', false, false, false],
  ['172.16.0.0', false, false, true],
  ['172.31.255.255', false, false, true],
  ['172.32.0.0', false, false, false],
  ['192.168.0.1', false, false, true],
  ['192.169.0.1', false, false, false],
  ['100.63.255.255', false, false, false],
  ['100.64.0.0', false, false, true],
  ['100.127.255.255', false, false, true],
  ['100.128.0.0', false, false, false],
  ['169.254.1.1', false, false, true],
  ['fd00::1', false, false, true],
  ['fe80::1', false, false, true],
  ['febf::1', false, false, true],
  ['fec0::1', false, false, false],
  ['192.0.2.1', false, false, false],
  ['2001:db8::1', false, false, false],
  ['::2', false, false, false],
])('%s: loopback %s, this host %s, private %s', (text, loopback, thisHost, isSite) => {
  const ip = parseIp(text);
  if (ip === null) throw new Error(text);
  expect([isLoopback(ip), isThisHost(ip), isPrivate(ip)]).toEqual([loopback, thisHost, isSite]);
});
