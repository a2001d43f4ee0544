import { describe, expect, test } from 'vitest';
import { postfixReader } from '../../src/sentlog/postfix.ts';
import type { LogReader, SentMessage } from '../../src/sentlog/sent-message.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
const STAMP = '2026-03-02T10:00:00.5+00:00 out1';

function takeAll(reader: LogReader, lines: readonly string[]): SentMessage[] {
  return lines.flatMap((line) => {
    const taken = reader.take(line);
    return taken.kind === 'read' ? [...taken.messages] : [];
  });
}

function logged(...lines: string[]): string[] {
  return lines.map((line) => `${STAMP} postfix/${line}`);
}

const CLEANUP = 'cleanup[77]: 4F2A1B3C: message-id=<one@example.com>';
const QMGR = 'qmgr[12]: 4F2A1B3C: from=<anna@Example.com>, size=900, nrcpt=1 (queue active)';
const SMTP =
  'smtp[13]: 4F2A1B3C: to=<b@example.org>, relay=mx.example.org[203.0.113.1]:25, delay=1, dsn=2.0.0, status=sent (ok)';
const REMOVED = 'qmgr[12]: 4F2A1B3C: removed';

test('a message is known by its id, its queue id and the domain of its sender', () => {
  expect(takeAll(postfixReader(NOW), logged(CLEANUP, QMGR, SMTP, REMOVED))).toEqual([
    {
      messageId: 'one@example.com',
      queueId: '4F2A1B3C',
      host: 'out1',
      senderDomain: 'example.com',
      at: new Date('2026-03-02T10:00:00.5Z'),
      wentOut: true,
    },
  ]);
});

describe('which lines make a message', () => {
  test.each<[string, string[], number]>([
    ['cleanup, qmgr and removed are enough', [CLEANUP, QMGR, REMOVED], 1],
    ['the null sender is a bounce of our own', [CLEANUP, 'qmgr[12]: 4F2A1B3C: from=<>, size=9, nrcpt=1', REMOVED], 0],
    ['no Message-ID', [QMGR, SMTP, REMOVED], 0],
    ['an empty Message-ID', ['cleanup[77]: 4F2A1B3C: message-id=<>', QMGR, REMOVED], 0],
    ['only a resent id', ['cleanup[77]: 4F2A1B3C: resent-message-id=<one@example.com>', QMGR, REMOVED], 0],
    ['a sender without a domain', [CLEANUP, 'qmgr[12]: 4F2A1B3C: from=<>, size=9', REMOVED], 0],
    ['another program of the same name', ['smtpd[9]: 4F2A1B3C: client=x[192.0.2.1]', 'cleanup[9]: warning: x'], 0],
    ['another instance of Postfix', ['out/cleanup[77]: 4F2A1B3C: message-id=<one@example.com>', QMGR, REMOVED], 1],
    ['a queue id used again', [CLEANUP, QMGR, REMOVED, CLEANUP, QMGR, REMOVED], 2],
  ])('%s', (_title, lines, count) => expect(takeAll(postfixReader(NOW), logged(...lines))).toHaveLength(count));

  test('what was still in the queue when the log ended counts too', () => {
    const reader = postfixReader(NOW);
    expect(takeAll(reader, logged(CLEANUP, QMGR, SMTP))).toEqual([]);
    expect(reader.rest()).toHaveLength(1);
  });

  test('queue ids of two hosts are not mixed up', () => {
    const other = logged(CLEANUP, QMGR, REMOVED).map((line) => line.replace('out1', 'out2').replace('one@', 'two@'));
    const lines = logged(CLEANUP, QMGR, REMOVED);
    const mixed = [lines[0], other[0], other[1], lines[1], lines[2], other[2]].flatMap((line) => line ?? []);
    expect(takeAll(postfixReader(NOW), mixed).map(({ host, messageId }) => `${host} ${messageId}`)).toEqual([
      'out1 one@example.com',
      'out2 two@example.com',
    ]);
  });
});

test.each([
  ['lmtp[1]: 4F2A1B3C: to=<b@example.com>, relay=mail[/run/lmtp], status=sent', false],
  ['local[1]: 4F2A1B3C: to=<b@example.com>, relay=local, status=sent', false],
  ['smtp[1]: 4F2A1B3C: to=<b@example.org>, relay=127.0.0.1[127.0.0.1]:10024, status=sent', false], // a filter
  ['smtp[1]: 4F2A1B3C: to=<b@example.org>, relay=mx.example.org[203.0.113.1]:25, status=sent', true],
  ['smtp[1]: 4F2A1B3C: to=<b@example.org>, relay=none, status=deferred', true],
])('%s → went out: %s', (line, expected) => {
  expect(takeAll(postfixReader(NOW), logged(CLEANUP, QMGR, line, REMOVED))[0]?.wentOut).toBe(expected);
});

describe('times', () => {
  const at = (line: string, now = NOW): string | null => {
    const taken = postfixReader(now).take(line);
    return taken.kind === 'read' ? taken.at.toISOString() : null;
  };
  const local = (year: number, month: number, day: number): string =>
    new Date(year, month, day, 10, 0, 1).toISOString();
  test.each([
    ['2026-03-02T10:00:01+01:00 out1 x: y', '2026-03-02T09:00:01.000Z'],
    ['2026-03-02T10:00:01+0100 out1 x: y', '2026-03-02T09:00:01.000Z'],
    ['<22>2026-03-02T10:00:01Z out1 x: y', '2026-03-02T10:00:01.000Z'],
    ['Mar  2 10:00:01 out1 x: y', local(2026, 2, 2)],
    ['Dec 31 10:00:01 out1 x: y', local(2025, 11, 31)], // never from the future
    ['Xyz 31 10:00:01 out1 x: y', null],
    ['hello', null],
  ])('%s', (line, expected) => expect(at(line)).toBe(expected));
});

test('lines of other programs count for the time that is covered', () => {
  expect(postfixReader(NOW).take(`${STAMP} sshd[1]: hello`)).toEqual({
    kind: 'read',
    at: new Date('2026-03-02T10:00:00.5Z'),
    host: 'out1',
    messages: [],
  });
});
