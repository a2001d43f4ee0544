import { expect, test } from 'vitest';
import { parseServerAddress } from '../../src/config/server-address.ts';

test.each([
  ['192.0.2.1', '192.0.2.1', 53],
  ['192.0.2.1:5300', '192.0.2.1', 5300],
  ['localhost:5300', 'localhost', 5300],
  ['2001:db8::1', '2001:db8::1', 53],
  ['[2001:db8::1]', '2001:db8::1', 53],
  ['[2001:db8::1]:5300', '2001:db8::1', 5300],
])('%s', (text, host, port) => {
  expect(parseServerAddress(text)).toEqual({ host, port });
});

test.each(['', ':53', '192.0.2.1:', '192.0.2.1:0', '192.0.2.1:65536', 'a b', 'https://a.example', '[::1', '[::1]x'])(
  '%j is none',
  (text) => {
    expect(parseServerAddress(text)).toBeNull();
  },
);
