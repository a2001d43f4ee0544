import { ownDomains, sentIdHostKey, sentMessageKey, sentQueueKey } from '@unsent/bounce';
import { parseDomainName } from '@unsent/dns';
import { expect, test } from 'vitest';
import { batchMaker } from '../../src/sentlog/batch.ts';
import type { SentMessage } from '../../src/sentlog/sent-message.ts';

const AT = new Date('2026-03-02T10:00:00Z');
const LATER = new Date('2026-03-02T11:00:00Z');

function domains(...names: string[]): ReturnType<typeof ownDomains> {
  return ownDomains(
    names.flatMap((text) => {
      const name = parseDomainName(text);
      const rest = { since: null, lockedAt: null, outbound: [], batvKeys: [], batvSignsAll: false, localParts: null };
      return name === null ? [] : [{ name, use: 'sending' as const, ...rest }];
    }),
  );
}

function message(change: Partial<SentMessage> = {}): SentMessage {
  return {
    messageId: 'one@out.example.com',
    queueId: '4F',
    host: 'out',
    senderDomain: 'news.example.com',
    at: AT,
    wentOut: true,
    ...change,
  };
}

test('keeps hashes of the id, of the queue id and of what makes the ids', () => {
  const maker = batchMaker({ domains: domains('example.com'), isComplete: true });
  maker.add(message());
  maker.cover('out', LATER);
  maker.cover('out', AT);
  const batch = maker.take();
  expect(batch.entries.map(({ key }) => key)).toEqual([
    sentMessageKey('one@out.example.com'),
    sentQueueKey('out', '4F'),
    sentIdHostKey('out.example.com'),
  ]);
  expect(batch.senders).toEqual([{ domain: 'example.com', host: 'out', lastSeenAt: AT }]);
  expect(batch.covered).toEqual([{ host: 'out', span: { from: AT, until: LATER } }]);
  expect(JSON.stringify(batch)).not.toMatch(/one@|4F"/);
});

test('mail of strangers that passed through is left out; without a configuration everybody is kept', () => {
  const strict = batchMaker({ domains: domains('example.com'), isComplete: true });
  strict.add(message({ senderDomain: 'example.org' }));
  expect(strict.size).toBe(0);
  const open = batchMaker({ domains: null, isComplete: true });
  open.add(message({ senderDomain: 'example.org' }));
  expect(open.take().senders[0]?.domain).toBe('example.org');
});

test('mail that stayed on the host says nothing about the ids of outgoing mail', () => {
  const maker = batchMaker({ domains: null, isComplete: true });
  maker.add(message({ wentOut: false }));
  expect(maker.take().entries.map(({ key }) => key.charAt(0))).toEqual(['m', 'q']);
});

test('a partial log proves what was sent and covers nothing', () => {
  const maker = batchMaker({ domains: null, isComplete: false });
  maker.add(message());
  maker.cover('out', AT);
  expect(maker.take()).toMatchObject({ senders: [], covered: [] });
});

test('the time between two files is not covered', () => {
  const maker = batchMaker({ domains: null, isComplete: true });
  maker.cover('out', AT);
  maker.take();
  maker.nextFile();
  maker.cover('out', LATER);
  expect(maker.take().covered).toEqual([{ host: 'out', span: { from: LATER, until: LATER } }]);
});
