import { expect, test } from 'vitest';
import { jsonLinesReader, parseDate } from '../../src/sentlog/json-lines.ts';

const reader = jsonLinesReader();

test('reads id, sender and date; queue id and host where they are given', () => {
  const line =
    '{"messageId":"<one@x>","from":"prvs=0512aadfdf=anna@Example.com","to":"b@c","date":"2026-03-02T10:00:00","queueId":"4F","host":"out1"}';
  expect(reader.take(line)).toEqual({
    kind: 'read',
    at: new Date('2026-03-02T10:00:00Z'),
    host: 'out1',
    messages: [
      {
        messageId: 'one@x',
        queueId: '4F',
        host: 'out1',
        senderDomain: 'example.com',
        at: new Date('2026-03-02T10:00:00Z'),
        wentOut: true,
      },
    ],
  });
});

test.each([
  ['', 'skipped'],
  ['nonsense', 'no JSON object'],
  ['[1]', 'no JSON object'],
  ['{"from":"a@b","date":"2026-03-02"}', 'no "messageId"'],
  ['{"messageId":"x","date":"2026-03-02"}', 'no "from"'],
  ['{"messageId":"x","from":"a@b"}', '"date"'],
  ['{"messageId":"x","from":"a@b","date":"yesterday"}', '"date"'],
  ['{"messageId":7,"from":"a@b","date":"2026-03-02"}', 'no "messageId"'],
])('%s → %s', (line, expected) => {
  const taken = reader.take(line);
  expect(taken.kind === 'unreadable' ? taken.why : taken.kind).toContain(expected);
});

test('a bounce of our own covers its time and is no message', () => {
  expect(reader.take('{"messageId":"x","from":"<>","date":"2026-03-02"}')).toMatchObject({
    kind: 'read',
    messages: [],
  });
});

test.each([
  ['2026-03-02T10:00:00', '2026-03-02T10:00:00.000Z'], // no zone is UTC
  ['2026-03-02 10:00', '2026-03-02T10:00:00.000Z'],
  ['2026-03-02', '2026-03-02T00:00:00.000Z'],
  ['2026-03-02T10:00:00.123456+02:00', '2026-03-02T08:00:00.123Z'],
  ['2026-13-02', null],
  ['Mon, 2 Mar 2026', null],
])('%s is %s', (text, expected) => expect(parseDate(text)?.toISOString() ?? null).toBe(expected));
