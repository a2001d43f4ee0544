import { expect, test } from 'vitest';
import { name } from '../../../../test/support/names.ts';
import { neverSendingDomains } from '../../src/policyd/own-domains.ts';

const NOW = new Date('2026-03-10T00:00:00Z');
const own = neverSendingDomains(
  {
    unused: [
      { name: name('parked.example'), since: null },
      { name: name('fresh.example'), since: new Date('2026-03-05T00:00:00Z') },
      { name: name('old.example'), since: new Date('2026-03-01T00:00:00Z') },
    ],
    receiving: [{ name: name('inbox.example'), since: null }],
    sending: [sending('example.com'), sending('news.parked.example'), sending('changed.example')],
  },
  lockedAt([
    { name: name('locked.example'), lockedAt: new Date('2026-03-09T23:59:59Z') },
    { name: name('changed.example'), lockedAt: new Date('2026-03-09T00:00:00Z') },
    { name: name('fresh.example'), lockedAt: new Date('2026-03-06T00:00:00Z') },
    { name: name('later.example'), lockedAt: new Date('2026-03-11T00:00:00Z') },
  ]),
  7,
);

test.each([
  ['parked.example', 'unused'],
  ['www.parked.example', 'unused'], // a name below it sends no more than it does
  ['news.parked.example', null], // the closest entry counts
  ['notparked.example', null],
  ['inbox.example', 'receiving'],
  ['example.com', null],
  ['old.example', 'unused'], // declared for longer than the grace
  ['locked.example', 'locked'], // a lock counts at once
  ['fresh.example', 'locked'], // still within the grace of its declaration, but locked
  ['changed.example', null], // whoever says that it sends is believed: refusing its mail is the worse fault
  ['later.example', null],
  ['stranger.example', null],
])('%s never sends: %s', (domain, why) => {
  expect(own.neverSends(name(domain), NOW)).toBe(why);
});

function sending(domain: string) {
  return { name: name(domain), outbound: [], batvKeys: [], batvSignsAll: false, localParts: null };
}

function lockedAt(locked: readonly { readonly name: string; readonly lockedAt: Date }[]) {
  return (asked: string) => locked.find((one) => one.name === asked)?.lockedAt.getTime() ?? null;
}
