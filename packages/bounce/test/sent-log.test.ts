import { expect, test } from 'vitest';
import {
  isCovered,
  joinSpans,
  messageIdHost,
  sentIdHostKey,
  sentMessageKey,
  sentQueueKey,
  type TimeSpan,
  withCoverageRemembered,
} from '../src/sent-log.ts';
import { domain } from './support/case.ts';
import { memorySentLog } from './support/memory-sent-log.ts';

function span(from: string, until: string): TimeSpan {
  return { from: new Date(`2026-03-${from}:00Z`), until: new Date(`2026-03-${until}:00Z`) };
}

test('a Message-ID has one key with and without brackets, and its case counts', () => {
  expect(sentMessageKey(' <One@example.com> ')).toBe(sentMessageKey('One@example.com'));
  expect(sentMessageKey('one@example.com')).not.toBe(sentMessageKey('One@example.com'));
  expect(sentMessageKey('one@example.com')).toMatch(/^m[0-9a-f]{32}$/);
});

test('a queue id belongs to a host, named short or long', () => {
  expect(sentQueueKey('Out1.example.com', '4F2A')).toBe(sentQueueKey('out1', '4F2A'));
  expect(sentQueueKey('out2', '4F2A')).not.toBe(sentQueueKey('out1', '4F2A'));
});

test.each([
  ['<a@Out1.example.com>', 'out1.example.com'],
  ['a@b@c', 'c'],
  ['a@', null],
  ['none', null],
])('the right side of %s is %s', (id, host) => expect(messageIdHost(id)).toBe(host));

test('keys of different kinds never meet', () => {
  expect(new Set([sentMessageKey('x'), sentIdHostKey('x'), sentQueueKey('', 'x')]).size).toBe(3);
});

test('spans that overlap or nearly touch become one, in order', () => {
  const [first, second] = [span('02T00:00', '02T12:00'), span('02T15:00', '03T00:00')];
  expect(joinSpans([second, first])).toEqual([span('02T00:00', '03T00:00')]);
  expect(joinSpans([span('02T00:00', '02T20:00'), span('02T10:00', '02T12:00')])).toEqual([
    span('02T00:00', '02T20:00'),
  ]);
  expect(joinSpans([first, span('02T18:01', '03T00:00')])).toHaveLength(2);
});

test.each([
  ['inside one span', [{ host: 'a', spans: [span('01T00:00', '09T00:00')] }], true],
  [
    'one host of two is missing',
    [
      { host: 'a', spans: [span('01T00:00', '09T00:00')] },
      { host: 'b', spans: [] },
    ],
    false,
  ],
  ['over the end', [{ host: 'a', spans: [span('01T00:00', '02T11:00')] }], false],
  ['over a gap', [{ host: 'a', spans: [span('01T00:00', '02T11:00'), span('02T11:30', '09T00:00')] }], false],
  ['a domain that the log never saw', [], false],
])('covered: %s → %s', (_title, coverage, expected) => {
  expect(isCovered(coverage, span('02T10:00', '02T12:00'))).toBe(expected);
});

test('what a domain is covered for is asked once', async () => {
  const name = domain('example.com');
  let asked = 0;
  const log = memorySentLog([]);
  const coverage = (of: typeof name): ReturnType<typeof log.coverage> => {
    asked++;
    return log.coverage(of);
  };
  const remembered = withCoverageRemembered({ ...log, coverage });
  expect(await Promise.all([remembered.coverage(name), remembered.coverage(name)])).toEqual([[], []]);
  expect(asked).toBe(1);
});
