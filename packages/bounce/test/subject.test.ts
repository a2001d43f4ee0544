import { describe, expect, test } from 'vitest';
import { ownDomains } from '../src/own-domains.ts';
import { subjectOf } from '../src/subject.ts';
import { type BounceOptions, bounce, read } from './support/bounce.ts';
import { domain, own } from './support/case.ts';

const DOMAINS = ownDomains([
  own({ name: domain('parked.example'), use: 'unused' }),
  own({ name: domain('shop.example') }),
]);

async function about(options: BounceOptions): Promise<string> {
  const { address, own: entry, seenIn } = subjectOf(await read(bounce(options)), DOMAINS);
  return `${address} ${entry?.name ?? '-'} ${seenIn}`;
}

describe('whose mail a bounce is about', () => {
  test.each<[string, BounceOptions, string]>([
    [
      'To is where reporters write the sender',
      { to: 'x@parked.example', deliveredTo: [] },
      'x@parked.example parked.example To',
    ],
    [
      'forwarded to a mailbox of another domain of ours',
      { to: 'x@parked.example', deliveredTo: ['me@shop.example', 'x@parked.example'] },
      'x@parked.example parked.example To',
    ],
    [
      'To is lost: the address of the first delivery stands last',
      { to: 'undisclosed@elsewhere.example', deliveredTo: ['me@shop.example', 'x@parked.example'] },
      'x@parked.example parked.example the delivery address',
    ],
    [
      'an address that the returned message names as well comes first',
      {
        to: 'me@shop.example',
        deliveredTo: ['x@parked.example'],
        original: ['From: x@parked.example', 'Message-ID: <1@x>'],
      },
      'x@parked.example parked.example the delivery address',
    ],
    [
      'only the returned message names us',
      {
        to: 'postmaster@elsewhere.example',
        deliveredTo: [],
        original: ['Return-Path: <x@news.parked.example>', 'From: a@b.example', 'Message-ID: <1@x>'],
      },
      'x@news.parked.example parked.example the returned message',
    ],
    ['a BATV tag is taken off', { to: 'prvs=0512aadfdf=Anna@Shop.example' }, 'anna@shop.example shop.example To'],
    ['a domain nobody declared', { to: 'x@elsewhere.example' }, 'x@elsewhere.example - To'],
  ])('%s', async (_title, options, expected) => expect(await about(options)).toBe(expected));
});

test('a message without any address is about nobody', async () => {
  const subject = subjectOf(await read('Subject: hello\n\nhello\n'), DOMAINS);
  expect(subject).toMatchObject({ address: null, domain: null, own: null });
});
