import { expect, test } from 'vitest';
import { domainOf } from '../src/address.ts';

test.each([
  ['anna@Example.COM', 'example.com'],
  ['"a@b"@example.com', 'example.com'],
  ['@example.com.', 'example.com'],
  ['anna@bücher.example', 'xn--bcher-kva.example'],
  ['anna@', null],
  ['example.com', null],
  ['anna@[192.0.2.1] x', null],
  ['', null],
])('the domain of %j is %s', (address, domain) => expect(domainOf(address)).toBe(domain));
