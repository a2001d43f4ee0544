import { zoneResolver } from '@unsent/dns';
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../src/facts.ts';
import { judge } from '../src/judge.ts';
import { ownDomains } from '../src/own-domains.ts';
import { type SentLogBatch, sentIdHostKey, sentMessageKey, sentQueueKey } from '../src/sent-log.ts';
import { evidenceIds } from '../src/verdict.ts';
import { type BounceOptions, bounce, read, spf } from './support/bounce.ts';
import { domain, own } from './support/case.ts';
import { memorySentLog } from './support/memory-sent-log.ts';

const SENT_AT = new Date('2026-03-02T09:59:00Z');
const BATCH: SentLogBatch = {
  entries: [
    { key: sentMessageKey('known@out.example.com'), seenAt: SENT_AT },
    { key: sentIdHostKey('mta.esp.example'), seenAt: SENT_AT },
    { key: sentQueueKey('out', '4F2A'), seenAt: SENT_AT },
  ],
  senders: [{ domain: domain('example.com'), host: 'out', lastSeenAt: SENT_AT }],
  covered: [{ host: 'out', span: { from: new Date('2026-02-01T00:00:00Z'), until: new Date('2026-03-08T00:00:00Z') } }],
};
const STRANGER = 'Received: from x (unknown [203.0.113.9]) by mx.reporter.example; Mon, 02 Mar 2026 09:59:00 +0000';

async function verdictOn(options: BounceOptions, batches: readonly SentLogBatch[] = [BATCH]): Promise<string> {
  const facts = await gatherFacts(await read(bounce(options)), {
    domains: ownDomains([own()]),
    resolver: zoneResolver([spf('example.com', 'v=spf1 ip4:192.0.2.0/28 ?all')]),
    sentLog: memorySentLog(batches),
    now: new Date('2026-03-10T00:00:00Z'),
  });
  const verdict = judge(facts);
  return `${verdict.kind}: ${evidenceIds(verdict)
    .filter((id) => id.startsWith('sent'))
    .join(' ')}`;
}

function returned(id: string, ...more: string[]): string[] {
  return [...more, STRANGER, 'From: Anna <anna@example.com>', `Message-ID: <${id}>`];
}

describe('the Message-ID that was returned', () => {
  test.each<[string, BounceOptions, string]>([
    ['is in the log', { original: returned('known@out.example.com') }, 'genuine: sent-log-found'],
    [
      'is not, and claims our own system',
      { original: returned('other@out.example.com') },
      'backscatter: sent-log-missing',
    ],
    ['is not, and names no service at all', { original: returned('1@localhost') }, 'backscatter: sent-log-missing'],
    [
      'is not, and is of a kind the log knows',
      { original: returned('1@mta.esp.example') },
      'backscatter: sent-log-missing',
    ],
    [
      'is not, and another service made it',
      { original: returned('1@bulk.invalid') },
      'backscatter: sent-log-missing-other-id',
    ],
    ['is missing', { original: [STRANGER, 'From: anna@example.com'] }, 'unknown: '],
    [
      'answers: found in In-Reply-To',
      { original: null, extra: ['In-Reply-To: <known@out.example.com>'] },
      'genuine: sent-log-found',
    ],
    [
      'answers: found in References',
      { original: null, extra: ['References: <a@x> <known@out.example.com>'] },
      'genuine: sent-log-found',
    ],
    [
      'answers: not found',
      { original: null, extra: ['In-Reply-To: <other@example.com>'] },
      'backscatter: sent-log-missing',
    ],
    ['of a returned bounce', { original: returned('other@example.com', 'Return-Path: <>') }, 'unknown: '],
    [
      'of somebody else’s mail',
      { original: [STRANGER, 'From: a@b.example', 'Message-ID: <1@example.com>'] },
      'unknown: ',
    ],
  ])('%s', async (_title, options, expected) => expect((await verdictOn(options)).trim()).toBe(expected.trim()));
});

describe('"not in the log" counts only for the time it covers', () => {
  const original = returned('other@example.com');
  test.each<[string, string, string, string]>([
    [
      'covered with five days to spare',
      '2026-02-25T00:00:00Z',
      '2026-03-02T12:00:00Z',
      'backscatter: sent-log-missing',
    ],
    [
      'begins too late: the message may have waited in our queue',
      '2026-02-27T00:00:00Z',
      '2026-03-05T00:00:00Z',
      'unknown: ',
    ],
    ['ends too early', '2026-02-01T00:00:00Z', '2026-03-02T09:00:00Z', 'unknown: '],
  ])('%s', async (_title, from, until, expected) => {
    const batch = { ...BATCH, covered: [{ host: 'out', span: { from: new Date(from), until: new Date(until) } }] };
    expect((await verdictOn({ original }, [batch])).trim()).toBe(expected.trim());
  });

  test('and only when every host that sends was logged', async () => {
    const second = {
      entries: [],
      senders: [{ domain: domain('example.com'), host: 'out2', lastSeenAt: SENT_AT }],
      covered: [],
    };
    expect((await verdictOn({ original }, [BATCH, second])).trim()).toBe('unknown:');
  });

  test('and only for domains that the log has seen', async () => {
    expect((await verdictOn({ original }, [{ ...BATCH, senders: [] }])).trim()).toBe('unknown:');
  });
});

test('a queue id of our own host in a returned line counts, but does not settle', async () => {
  const line =
    'Received: from app (app [10.0.0.7]) by out.example.com (Postfix) with ESMTP id 4F2A; Mon, 02 Mar 2026 09:58:00 +0000';
  const original = [STRANGER, line, 'From: anna@example.com', 'Message-ID: <other@example.com>'];
  expect(await verdictOn({ original })).toBe('unknown: sent-log-queue-id');
});
