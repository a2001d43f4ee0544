import { zoneResolver } from '@unsent/dns';
import { expect, test } from 'vitest';
import { explain } from '../src/explain.ts';
import { gatherFacts } from '../src/facts.ts';
import { judge } from '../src/judge.ts';
import { ownDomains } from '../src/own-domains.ts';
import { bounce, read, spf } from './support/bounce.ts';
import { caseFacts, hop, own, path } from './support/case.ts';

const CONTEXT = {
  domains: ownDomains([own()]),
  resolver: zoneResolver([spf('example.com', 'v=spf1 ip4:192.0.2.0/28 -all')]),
  sentLog: null,
  now: new Date('2026-03-10T00:00:00Z'),
};

test('says what was read, from where, which rules spoke and why', async () => {
  const original = [
    'Received: from x (unknown [203.0.113.9]) by mx.reporter.example; Mon, 02 Mar 2026 09:59:00 +0000',
    'From: Anna <anna@example.com>',
    'Message-ID: <one@elsewhere.example>',
  ];
  const message = await read(bounce({ original }));
  const facts = await gatherFacts(message, CONTEXT);
  const told = explain(message, facts, judge(facts));
  expect(told.verdict).toBe('backscatter');
  expect(told.because).toBe('2 strong facts agree, and none speaks against them.');
  expect(told.rules.map(({ rule, sentence }) => [rule, sentence.length > 20])).toEqual([
    ['spf-fail', true],
    ['no-own-host', true],
  ]);
  const values = Object.fromEntries(told.facts.map(({ what, value, seenIn }) => [what, `${value} / ${seenIn}`]));
  expect(values).toMatchObject({
    'Message-ID': 'one@elsewhere.example / the returned message',
    about: 'anna@example.com / To',
    domain: 'example.com: sending / the configuration',
    'handed over': '2026-03-02 09:59 UTC / returned Received',
    'handed over by': '203.0.113.9 x: SPF fail (-all) / returned Received',
  });
});

test.each([
  [
    'one strong fact',
    caseFacts({ path: path(hop('203.0.113.9', { spf: 'fail' }), { isWhole: false }) }),
    'alone does not settle',
  ],
  ['nothing', caseFacts(), 'No decisive or strong fact'],
  [
    'a contradiction',
    caseFacts({ path: path(hop('203.0.113.9', { spf: 'pass' })), own: own({ localParts: [] }) }),
    'contradict',
  ],
  ['a decisive fact', caseFacts({ own: own({ use: 'unused' }) }), 'One decisive fact: example.com is declared unused'],
  ['a letter', caseFacts({ kind: 'ordinary' }), 'nothing to judge'],
])('%s → %s', async (_title, facts, expected) => {
  expect(explain(await read(bounce()), facts, judge(facts)).because).toContain(expected);
});

test('says nothing twice: a host that named itself by its address, a diagnostic that begins with its code', async () => {
  const named = caseFacts({ path: path(hop('203.0.113.9', { spf: 'fail', name: '203.0.113.9' })) });
  const report = bounce().replace('Status: 5.1.1\n', 'Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n');
  const told = explain(await read(report), named, judge(named));
  const value = (wanted: string) => told.facts.find(({ what }) => what === wanted)?.value;
  expect(value('handed over by')).toBe('203.0.113.9: SPF fail');
  expect(told.rules[0]?.fact).toContain('203.0.113.9 handed the message over');
  expect(value('recipient')).toBe('ben@reporter.example failed 5.1.1 550 5.1.1 no such user');
});
