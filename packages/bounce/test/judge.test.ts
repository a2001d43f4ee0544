import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge, weigh } from '../src/judge.ts';
import { RULES } from '../src/rules.ts';
import type { Evidence } from '../src/verdict.ts';
import { AT, type CaseChange, caseFacts, domain, hop, own, path, sentLogFacts } from './support/case.ts';

const B = 'backscatter';
const G = 'genuine';

function evidence(text: string): Evidence[] {
  return text.split(' ').flatMap((one): Evidence[] => {
    const [strength, points] = [one.charAt(0), one.charAt(1)];
    const strengths = { d: 'decisive', s: 'strong', w: 'weak' } as const;
    const named = strength === 'd' || strength === 's' || strength === 'w' ? strengths[strength] : null;
    return named === null ? [] : [{ rule: one, strength: named, points: points === 'B' ? B : G, fact: '', seenIn: '' }];
  });
}

describe('weighing: d decisive, s strong, w weak; B backscatter, G genuine', () => {
  test.each([
    ['', 'unknown'],
    ['dB', B],
    ['dG', G],
    ['dB dG', G], // what proves the message beats what was declared about the domain
    ['dB sG sG', B],
    ['dG sB sB', G],
    ['sB', 'unknown'],
    ['sG', 'unknown'],
    ['sB sB', B],
    ['sG sG', G],
    ['sB sB sG', 'unknown'],
    ['sG sG sB', 'unknown'],
    ['sB wB wB wB', 'unknown'], // weak facts are never counted …
    ['sB sB wG', B], // … on neither side
  ])('%j → %s', (text, expected) => expect(weigh(evidence(text))).toBe(expected));
});

describe('conflicts, case by case', () => {
  const unused = own({ use: 'unused' });
  const verified = {
    dkim: [
      { domain: domain('example.com'), selector: 's1', status: 'verified', body: 'absent', signedAt: AT, detail: '' },
    ],
  } as const;
  const foreign = path(hop('203.0.113.9', { spf: 'fail' }));
  test.each<[string, CaseChange, string]>([
    ['an unused domain whose DKIM key signed the message', { own: unused, ...verified }, G],
    ['an unused domain, the message is in the sent log', { own: unused, sentLog: sentLogFacts({ foundAt: AT }) }, G],
    ['an unused domain, a valid BATV tag', { own: unused, batv: { status: 'valid', address: 'x' } }, G],
    [
      'an unused domain, its stale SPF record passes',
      { own: unused, path: path(hop('203.0.113.9', { spf: 'pass' })) },
      B,
    ],
    ['forwarded mail of ours in the sent log, SPF fails', { path: foreign, sentLog: sentLogFacts({ foundAt: AT }) }, G],
    ['forwarded mail of ours, signed', { path: foreign, ...verified }, G],
    [
      'not in the sent log, and our own host handed it over',
      {
        sentLog: sentLogFacts(),
        path: path(hop('192.0.2.7', { spf: 'pass' })),
      },
      'unknown',
    ],
    [
      'not in the sent log of a service we do not log, SPF passes',
      {
        sentLog: sentLogFacts({ isIdOurs: false }),
        path: path(hop('198.51.100.9', { spf: 'pass' })),
      },
      'unknown',
    ],
    [
      'SPF fails and nothing else is known',
      { path: path(hop('203.0.113.9', { spf: 'fail' }), { isWhole: false }) },
      'unknown',
    ],
    ['nothing is known', {}, 'unknown'],
  ])('%s', (_title, change, expected) => expect(judge(caseFacts(change)).kind).toBe(expected));
});

test.each(['arf', 'report', 'tls-report', 'mdn', 'ordinary'] as const)('%s gets no verdict', (kind) => {
  expect(judge(caseFacts({ kind, own: own({ use: 'unused' }) }))).toMatchObject({ kind: 'not-a-bounce' });
});

test('evidence comes decisive first', () => {
  const facts = caseFacts({ path: path(hop('203.0.113.9', { spf: 'fail' })), sentLog: sentLogFacts({ foundAt: AT }) });
  const verdict = judge(facts);
  expect(verdict.kind === 'not-a-bounce' ? [] : verdict.evidence.map((one) => one.strength)).toEqual([
    'decisive',
    'strong',
    'strong',
  ]);
});

test('every rule has its own id and a sentence', () => {
  expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
  for (const rule of RULES) expect(rule.sentence).toMatch(/^[A-Z].*\.$/s);
});

test('whatever the facts, there is a verdict, and no weak or single fact makes one', () => {
  const maybeDate = fc.option(fc.date({ min: new Date(0), max: new Date('2030-01-01') }));
  const someHop = fc.record({
    spf: fc.constantFrom(null, 'pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror'),
    spfTerm: fc.option(fc.string()),
    outbound: fc.constantFrom(null, 'host', 'network'),
    name: fc.option(fc.string()),
  });
  const arbitrary = fc.record({
    kind: fc.constantFrom('bounce', 'auto-reply'),
    use: fc.constantFrom('unused', 'receiving', 'sending'),
    since: maybeDate,
    lockedAt: maybeDate,
    sent: fc.record({ at: fc.date(), isObserved: fc.boolean() }),
    path: fc.option(
      fc.record({
        injection: someHop,
        below: fc.array(someHop, { maxLength: 3 }),
        isWhole: fc.boolean(),
        isNamedOnly: fc.boolean(),
      }),
    ),
    batv: fc.constantFrom('valid', 'expired', 'invalid', 'unknown-key', 'absent'),
    isKnown: fc.boolean(),
  });
  fc.assert(
    fc.property(arbitrary, (one) => {
      const verdict = judge(
        caseFacts({
          kind: one.kind,
          own: one.isKnown ? own({ use: one.use, since: one.since, lockedAt: one.lockedAt }) : null,
          sent: one.sent,
          path:
            one.path === null
              ? null
              : path(hop('203.0.113.9', one.path.injection), {
                  below: one.path.below.map((below) => hop('192.0.2.7', below)),
                  isWhole: one.path.isWhole,
                  isNamedOnly: one.path.isNamedOnly,
                }),
          batv: { status: one.batv, address: null },
        }),
      );
      if (verdict.kind === 'not-a-bounce') throw new Error('a bounce has a verdict');
      const counted = verdict.evidence.filter(({ points, strength }) => points === verdict.kind && strength !== 'weak');
      if (verdict.kind !== 'unknown' && counted[0]?.strength !== 'decisive') expect(counted.length).toBeGreaterThan(1);
    }),
  );
});
