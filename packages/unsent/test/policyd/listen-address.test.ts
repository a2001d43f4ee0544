import { expect, test } from 'vitest';
import { isLocal, listenAddressText, parseListenAddress } from '../../src/policyd/listen-address.ts';

test.each([
  ['inet:127.0.0.1:10040', 'inet:127.0.0.1:10040', true],
  ['127.0.0.1:10040', 'inet:127.0.0.1:10040', true],
  ['inet:[::1]:10040', 'inet:[::1]:10040', true],
  ['inet::10040', 'inet:127.0.0.1:10040', true], // an empty host is this one, never all
  ['localhost:10040', 'inet:localhost:10040', true],
  ['0.0.0.0:10040', 'inet:0.0.0.0:10040', false],
  ['127.0.0.1.example:10040', 'inet:127.0.0.1.example:10040', false],
  ['unix:/run/unsent/policy.sock', 'unix:/run/unsent/policy.sock', true],
])('%s listens at %s', (text, shown, local) => {
  const address = parseListenAddress(text);
  expect([listenAddressText(address), isLocal(address)]).toEqual([shown, local]);
});

test.each(['', '10040', 'inet:127.0.0.1', 'inet:127.0.0.1:0', 'inet:127.0.0.1:65536', '::1:10040', '[x]:1', 'unix:'])(
  '%j is refused',
  (text) => {
    expect(() => parseListenAddress(text)).toThrow(`"${text}" is no address of a service.`);
  },
);
