import { describe, expect, test } from 'vitest';
import { formatDnsServer, parseDnsServer } from '../src/index.ts';
import { serversFromResolvConf } from '../src/server.ts';

test.each([
  ['192.0.2.1', '192.0.2.1:53'],
  ['192.0.2.1:5353', '192.0.2.1:5353'],
  ['2001:db8::1', '[2001:db8::1]:53'],
  ['[2001:db8::1]', '[2001:db8::1]:53'],
  ['[2001:db8::1]:5353', '[2001:db8::1]:5353'],
  ['fe80::1%eth0', '[fe80::1%eth0]:53'],
  ['[fe80::1%eth0]:5353', '[fe80::1%eth0]:5353'],
])('%s is the server %s', (text, expected) => {
  const server = parseDnsServer(text);
  expect(server === null ? null : formatDnsServer(server)).toBe(expected);
});

test.each([
  '',
  'dns.example.com',
  '192.0.2.1:0',
  '192.0.2.1:65536',
  '192.0.2.1:',
  '[192.0.2.1]:53',
  '[::1',
  '192.0.2.1%eth0',
  'fe80::1%',
  'fe80::1%a%b',
  ':53',
])('%j is no server', (text) => {
  expect(parseDnsServer(text)).toBeNull();
});

describe('resolv.conf', () => {
  test.each([
    ['nameserver 192.0.2.1\nnameserver\t2001:db8::1\r\noptions timeout:1', ['192.0.2.1:53', '[2001:db8::1]:53']],
    ['# nameserver 192.0.2.1\n; nameserver 192.0.2.2\n nameserver 192.0.2.3', ['127.0.0.1:53']],
    ['nameserver dns.example.com\nnameserver 192.0.2.1', ['192.0.2.1:53']],
    [[1, 2, 3, 4].map((i) => `nameserver 192.0.2.${i}`).join('\n'), ['192.0.2.1:53', '192.0.2.2:53', '192.0.2.3:53']],
    ['', ['127.0.0.1:53']],
  ])('%j', (text, expected) => {
    expect(serversFromResolvConf(text).map(formatDnsServer)).toEqual(expected);
  });
});
