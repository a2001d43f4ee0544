import { expect, test } from 'vitest';
import { parseSoa } from '../src/index.ts';

test('reads the seven fields', () => {
  expect(parseSoa('ns.example.com. host\\.master.example.com. 4294967295 2h 600 1w 300')).toEqual({
    primary: 'ns.example.com',
    responsible: 'host\\.master.example.com.',
    serial: 4_294_967_295,
    refreshSeconds: 7200,
    retrySeconds: 600,
    expireSeconds: 604_800,
    minimumSeconds: 300,
  });
});

test.each(['', 'ns. host. 1 2 3 4', 'ns. host. x 2 3 4 5', 'ns. host. 1 2 3 4 5 6', 'ns. host. 1 2 3 4 x'])(
  '%j is none',
  (text) => {
    expect(parseSoa(text)).toBeNull();
  },
);
