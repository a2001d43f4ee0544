import { beforeAll, describe, expect, test } from 'vitest';
import { injectingAddress } from '../src/original-injector.ts';
import { parseReceived } from '../src/original-received.ts';
import { loadSiteList } from '../src/site.ts';

beforeAll(loadSiteList);

const STRANGER = 'from x.example ([203.0.113.9]) by mx.example.net; x';

describe('the address that handed the message to the reporter', () => {
  test.each([
    ['the first line', [STRANGER, 'from out.shop.example ([192.0.2.5]) by x.example; x'], '203.0.113.9'],
    ['below private hops', ['from mx (mx [10.0.0.1]) by store.example.net; x', STRANGER], '203.0.113.9'],
    [
      'below a host of the same site, by its verified name',
      ['from mx2.example.net (mx2.example.net [192.0.2.7]) by store.example.net (Postfix); x', STRANGER],
      '203.0.113.9',
    ],
    [
      'a HELO of the same site proves nothing',
      ['from mx2.example.net (unknown [203.0.113.66]) by mx.example.net (Postfix); x', STRANGER],
      '203.0.113.66',
    ],
    ...['co.uk', 'aoi.kawasaki.jp', 'github.io'].map((suffix): [string, string[], string] => [
      `a neighbour below ${suffix} is a stranger`,
      [`from mx.evil.${suffix} (mx.evil.${suffix} [203.0.113.66]) by mx.example.${suffix} (Postfix); x`, STRANGER],
      '203.0.113.66',
    ]),
    ...['co.uk', 'aoi.kawasaki.jp', 'github.io'].map((suffix): [string, string[], string] => [
      `a relay of the same site below ${suffix}`,
      [`from mx2.example.${suffix} (mx2.example.${suffix} [192.0.2.7]) by mx.example.${suffix} (Postfix); x`, STRANGER],
      '203.0.113.9',
    ]),
    [
      'below lines without a client',
      ['(qmail 1 invoked by alias); x', 'by mx.example.net (Postfix) id 1; x', STRANGER],
      '203.0.113.9',
    ],
    ['a client without an address ends the search', ['from x.example by mx.example.net; x', STRANGER], null],
    ['no line at all', [], null],
  ])('%s', (_name, lines, expected) => expect(injectingAddress(lines.map(parseReceived))?.text ?? null).toBe(expected));
});
