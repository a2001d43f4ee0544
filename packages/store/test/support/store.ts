import { onTestFinished } from 'vitest';
import { name as domain } from '../../../../test/support/names.ts';
import { type JoinSpans, openStore, type Store, type StoredEntry } from '../../src/index.ts';

export { domain };

/** Joins spans that touch: enough to see that the store asks. */
export const joinTouching: JoinSpans = (spans) => {
  const joined: { from: Date; until: Date }[] = [];
  for (const { from, until } of [...spans].sort((a, b) => a.from.getTime() - b.from.getTime())) {
    const last = joined.at(-1);
    if (last === undefined || from > last.until) joined.push({ from, until });
    else if (until > last.until) last.until = until;
  }
  return joined;
};

/** A store that is closed when the test has finished. */
export async function store(location = ':memory:'): Promise<Store<unknown, unknown>> {
  const opened = await openStore<unknown, unknown>(location, { joinSpans: joinTouching, busyLimitMs: 2000 });
  onTestFinished(() => opened.close());
  return opened;
}

/** A bounce that is backscatter for parked.example, but for what `given` says. */
export function entry(number: number, given: Partial<StoredEntry> = {}): StoredEntry {
  return {
    identity: number.toString(16).padStart(32, '0'),
    source: '/var/mail/postmaster',
    place: `/var/mail/postmaster#${number}`,
    arrivedAt: new Date(Date.UTC(2026, 10, 23, 10, number % 60)),
    kind: 'bounce',
    backscatter: 'yes',
    isDecisive: true,
    domain: domain('parked.example'),
    localPart: 'sales',
    reporter: 'mx.example.net',
    originIp: '203.0.113.9',
    originNetwork: '203.0.113.0/24',
    originSpf: 'fail',
    evidence: ['domain-unused', 'spf-fail'],
    messageId: `${number}@mx.example.net`,
    subject: 'Undelivered Mail Returned to Sender',
    error: null,
    ...given,
  };
}
