import { describe, expect, test } from 'vitest';
import type { DomainTotals } from '../src/ledger.ts';
import { type OwnDomain, ownDomains } from '../src/own-domains.ts';
import { recommend } from '../src/recommend.ts';
import { AT, domain, own } from './support/case.ts';

function totals(name: string | null, change: Partial<DomainTotals> = {}): DomainTotals {
  return {
    domain: name === null ? null : domain(name),
    messages: 10,
    bounces: 10,
    backscatter: 0,
    genuine: 0,
    unknown: 0,
    decisive: 0,
    firstSeen: AT,
    lastSeen: AT,
    ...change,
  };
}

function advised(rows: readonly DomainTotals[], domains: readonly OwnDomain[]): string[] {
  return recommend(rows, ownDomains(domains)).map(({ kind, code, command }) => `${kind} ${code}: ${command}`);
}

const unused = own({ use: 'unused' });
const STRICT = 'action publish-strict-spf: unsent spf lint example.com';
const REFUSE = 'advice refuse-at-the-door: unsent policyd';
const IMPORT = 'advice import-sent-log: unsent sentlog import /var/log/mail.log';

describe('what a domain calls for', () => {
  test.each<[string, Partial<DomainTotals>, OwnDomain | null, string[]]>([
    ['unused, attacked', { backscatter: 9 }, unused, ['action lock-down: unsent lockdown example.com']],
    [
      'receiving, attacked',
      { backscatter: 9 },
      own({ use: 'receiving' }),
      ['action lock-down: unsent lockdown example.com'],
    ],
    ['unused, but it sent', { backscatter: 9, genuine: 1 }, unused, ['warning genuine-mail-seen: null']],
    ['unused, quiet', {}, unused, []],
    ['locked, still attacked', { backscatter: 9 }, own({ use: 'unused', lockedAt: AT }), [REFUSE]],
    ['locked, and it sent', { genuine: 2 }, own({ use: 'unused', lockedAt: AT }), ['warning genuine-mail-seen: null']],
    ['sending, attacked', { backscatter: 9, genuine: 3 }, own(), [STRICT, REFUSE]],
    ['sending, much unknown', { unknown: 4 }, own(), [IMPORT]],
    [
      'sending, hosts not declared',
      { unknown: 4 },
      own({ outbound: [] }),
      ['advice list-outbound-hosts: unsent config check', IMPORT],
    ],
    ['sending, quiet', { genuine: 5 }, own(), []],
    ['undeclared, attacked', { backscatter: 1 }, null, ['advice declare-domain: unsent config check']],
    ['undeclared, quiet', { unknown: 9 }, null, []],
  ])('%s', (_title, change, entry, expected) => {
    expect(advised([totals('example.com', change)], entry === null ? [] : [entry])).toEqual(expected);
  });
});

test('warnings come first, then the domain with the most backscatter; mail about nobody says nothing', () => {
  const rows = [
    totals(null, { backscatter: 99 }),
    totals('a.example', { backscatter: 1 }),
    totals('b.example', { backscatter: 5 }),
    totals('c.example', { genuine: 1 }),
  ];
  const entries = ['a.example', 'b.example', 'c.example'].map((name) => own({ name: domain(name), use: 'unused' }));
  expect(recommend(rows, ownDomains(entries)).map((one) => one.domain)).toEqual([
    'c.example',
    'b.example',
    'a.example',
  ]);
});

test('the sentence carries the numbers', () => {
  const [first] = recommend([totals('example.com', { backscatter: 1 })], ownDomains([unused]));
  expect(first?.text).toContain('1 bounce of mail');
});
