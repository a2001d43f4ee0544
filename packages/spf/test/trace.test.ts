import { expect, test } from 'vitest';
import { traceSteps } from '../src/trace.ts';
import { checkNow, name, zone } from './support/check.ts';

const RESOLVER = zone(
  [
    '@ TXT "v=spf1 a:gone.example.com include:i.example.com redirect=r.example.com exp=e.example.com"',
    'i TXT "v=spf1 mx ~all"',
    'i MX 1 m',
    'm A 198.51.100.1',
    'r TXT "v=spf1 ip4:203.0.113.0/24 -exists:%{l}.x.example.com"',
    'alice.x A 127.0.0.2',
  ].join('\n'),
);

test('no trace is made unless it is asked for', () => {
  expect(checkNow(RESOLVER).trace).toBeNull();
});

test('the tree has every term with what it cost and what it asked', () => {
  const { trace, lookups } = checkNow(RESOLVER, {}, { trace: true });
  expect(lookups).toBe(5);
  expect(trace).toMatchObject({
    domain: 'example.com',
    result: 'fail',
    queries: [{ name: 'example.com', type: 'TXT', answer: '1 record' }],
    terms: [
      {
        term: 'a:gone.example.com',
        expandedTo: 'gone.example.com',
        outcome: 'no-match',
        lookups: 1,
        voidLookups: 1,
        queries: [{ name: 'gone.example.com', type: 'A', answer: 'nxdomain' }],
        inner: null,
      },
      {
        term: 'include:i.example.com',
        outcome: 'no-match',
        lookups: 2,
        voidLookups: 0,
        note: 'i.example.com says softfail',
        queries: [],
        inner: {
          domain: 'i.example.com',
          record: 'v=spf1 mx ~all',
          result: 'softfail',
          queries: [{ name: 'i.example.com', type: 'TXT', answer: '1 record' }],
          terms: [
            {
              term: 'mx',
              expandedTo: 'i.example.com',
              lookups: 1,
              queries: [
                { name: 'i.example.com', type: 'MX', answer: '1 record' },
                { name: 'm.example.com', type: 'A', answer: '1 record' },
              ],
            },
            { term: '~all', outcome: 'match', lookups: 0, queries: [] },
          ],
        },
      },
      {
        term: 'redirect=r.example.com',
        outcome: 'match',
        lookups: 2,
        inner: {
          domain: 'r.example.com',
          result: 'fail',
          terms: [
            { term: 'ip4:203.0.113.0/24', outcome: 'no-match' },
            { term: '-exists:%{l}.x.example.com', expandedTo: 'alice.x.example.com', outcome: 'match' },
          ],
        },
      },
    ],
  });
});

test('the same as a list counts lookups up', () => {
  const { trace } = checkNow(RESOLVER, {}, { trace: true });
  const steps = trace === null ? [] : traceSteps(trace);
  expect(steps.map(({ note }) => note)).toEqual([
    'gone.example.com A: nxdomain',
    'i.example.com says softfail',
    'i.example.com MX: 1 record; m.example.com A: 1 record',
    'the client matches',
    'r.example.com says fail',
    'the client does not match',
    'alice.x.example.com A: 1 record',
  ]);
  expect(steps.map(({ depth, term, lookupsSoFar, outcome }) => [depth, term, lookupsSoFar, outcome])).toEqual([
    [0, 'a:gone.example.com', 1, 'no-match'],
    [0, 'include:i.example.com', 3, 'no-match'],
    [1, 'mx', 3, 'no-match'],
    [1, '~all', 3, 'match'],
    [0, 'redirect=r.example.com', 5, 'match'],
    [1, 'ip4:203.0.113.0/24', 4, 'no-match'],
    [1, '-exists:%{l}.x.example.com', 5, 'match'],
  ]);
});

test('a question that failed, and one with several answers, say so', () => {
  const text = '@ TXT "v=spf1 exists:two.example.com a:bad.example.com -all"\ntwo A 192.0.2.8\ntwo A 192.0.2.9';
  const asked = (record: string): unknown =>
    checkNow(
      zone(text.replace('exists', record), [{ name: name('bad.example.com'), cause: 'servfail' }]),
      {},
      { trace: true },
    ).trace?.terms.map(({ queries, note }) => [queries.map(({ answer }) => answer), note]);
  expect(asked('a')).toEqual([
    [['2 records'], 'two.example.com A: 2 records'],
    [['servfail'], expect.stringContaining('servfail')],
  ]);
});

test('the term that failed says why', () => {
  const text = '@ TXT "v=spf1 include:i.example.com -all"\ni TXT "v=spf1 include:gone.example.com -all"';
  const { trace } = checkNow(zone(text), {}, { trace: true });
  expect(trace).toMatchObject({
    result: 'permerror',
    terms: [
      {
        outcome: 'error',
        note: '"include:gone.example.com" names a domain that has no SPF record',
        inner: { result: 'permerror', terms: [{ outcome: 'error', inner: { result: 'none', record: null } }] },
      },
    ],
  });
});
