import { checkSender, createRecordCache, type SpfOutcome } from '@unsent/spf';
import { describe, expect, test } from 'vitest';
import { hasShared, needs } from '../support/require.ts';
import {
  laterResolver,
  queryOf,
  readSuite,
  type Scenario,
  type SuiteCase,
  type SuiteZone,
  suiteResolver,
} from '../support/spf-suite.ts';

const SINGLE_LABEL =
  'RFC 7208 §4.3: a domain that "is not a multi-label domain name" is the result none; this case checks or includes one';
const UNKNOWN_MODIFIER =
  'RFC 7208 §6: "Unrecognized modifiers MUST be ignored no matter where, or how often, they appear in a record"; default= is one';

/** The cases that contradict the RFC, each with the section. Everything else must pass. */
const CONTRADICTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  blitirispf: {
    'resolution-with-10-lookups': SINGLE_LABEL,
    'mx-resolution-10-terms': SINGLE_LABEL,
    'mx-resolution-11-terms': SINGLE_LABEL,
    'one-mx-not-found': SINGLE_LABEL,
    'all-mx-not-found': SINGLE_LABEL,
    'include-not-found': SINGLE_LABEL,
    'redirect-not-found': SINGLE_LABEL,
  },
  pyspf: { 'default-modifier': UNKNOWN_MODIFIER, 'default-modifier-harsh': UNKNOWN_MODIFIER },
};

type Tally = { passed: number; total: number; explained: number; explanations: number; failures: string[] };

/** Every suite with the number of its cases and of its explanations: a suite that shrank is no pass. */
const SUITES = [
  ['rfc7208', 203, 22],
  ['rfc4408', 191, 22],
  ['gotchas', 80, 0],
  ['blitirispf', 21 - 7, 0],
  ['pyspf', 16 - 2, 0],
] as const;

const present = needs('the SPF suites (../shared/spf/suites)', hasShared('spf/suites'));

describe.skipIf(!present)('SPF suites (skipped without ../shared/spf/suites)', () => {
  describe.each([
    ['answers at once', (zone: SuiteZone) => suiteResolver(zone)],
    ['answers as promises', (zone: SuiteZone) => laterResolver(suiteResolver(zone))],
  ])('%s', (_name, resolverOf) => {
    test.each(SUITES)('%s: %i cases, %i explanations', async (suite, cases, explanations) => {
      const tally = await play(readSuite(suite), CONTRADICTIONS[suite] ?? {}, resolverOf);
      console.log(
        `${suite}: ${tally.passed}/${tally.total}, explanations ${tally.explained}/${tally.explanations}` +
          `, contradicting the RFC ${Object.keys(CONTRADICTIONS[suite] ?? {}).length}`,
      );
      expect(tally).toEqual({
        passed: cases,
        total: cases,
        explained: explanations,
        explanations,
        failures: [],
      });
    });
  });

  test('blitirispf passes whole when its single labels are made domains', async () => {
    const tally = await play(readSuite('blitirispf').map(qualified), {}, suiteResolver);
    expect(tally).toMatchObject({ passed: 21, total: 21, failures: [] });
  });

  test('a synchronous resolver gets its outcome without a promise', () => {
    const promises = readSuite('rfc7208').flatMap(({ zone, tests }) =>
      tests.filter((one) => checkSender(queryOf(one), suiteResolver(zone)) instanceof Promise),
    );
    expect(promises).toEqual([]);
  });
});

async function play(
  scenarios: readonly Scenario[],
  contradictions: Readonly<Record<string, string>>,
  resolverOf: (zone: SuiteZone) => ReturnType<typeof suiteResolver>,
): Promise<Tally> {
  const tally: Tally = { passed: 0, total: 0, explained: 0, explanations: 0, failures: [] };
  const recordCache = createRecordCache(500);
  for (const { zone, tests } of scenarios) {
    const resolver = resolverOf(zone);
    for (const one of tests.filter(({ name }) => contradictions[name] === undefined)) {
      const plain = await checkSender(queryOf(one), resolver);
      note(tally, one, plain);
      // Neither the cache nor the trace may change what comes out.
      const full = await checkSender(queryOf(one), resolver, { recordCache, trace: true });
      expect({ ...full, trace: null }, one.name).toEqual(plain);
    }
  }
  return tally;
}

function note(tally: Tally, one: SuiteCase, outcome: SpfOutcome): void {
  tally.total++;
  if (one.result.includes(outcome.result)) tally.passed++;
  else tally.failures.push(`${one.name}: want ${one.result.join(' or ')}, got ${outcome.result}`);
  if (one.explanation === undefined || !one.result.includes('fail')) return;
  tally.explanations++;
  const got = outcome.result === 'fail' ? (outcome.explanation ?? 'DEFAULT') : outcome.result;
  if (got === one.explanation) tally.explained++;
  else tally.failures.push(`${one.name}: want the text ${one.explanation}, got ${got}`);
}

/** The scenario with `.example.org` behind every single label, in names, in records and in senders. */
function qualified({ description, zone, tests }: Scenario): Scenario {
  const qualify = (name: string): string => (name.includes('.') ? name : `${name}.example.org`);
  const text = (record: string): string =>
    record.replace(/(?<=(?:include:|mx:|a:|redirect=))[a-z0-9]+(?= |$)/g, (name) => qualify(name));
  return {
    description,
    zone: Object.fromEntries(
      Object.entries(zone).map(([name, node]) => [
        qualify(name),
        {
          ...node,
          MX: (node.MX ?? []).map(([preference, exchange]) => [preference, qualify(exchange)] as const),
          TXT: (node.TXT ?? []).map((strings) => [text(strings.join(''))]),
        },
      ]),
    ),
    tests: tests.map((one) => ({
      ...one,
      mailfrom: one.mailfrom.replace(/@(.+)$/, (_all, name) => `@${qualify(name)}`),
    })),
  };
}
