import { parseIp } from '@unsent/dns';
import {
  checkHost,
  createRecordCache,
  type SpfOptions,
  type SpfOutcome,
  type SpfQuery,
  type TraceNode,
} from '@unsent/spf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText, hostileData } from '../support/spf-arbitrary.ts';
import { type HostileData, hostileResolver, type Manner } from '../support/spf-hostile.ts';

// scripts/soak/fuzz-spf sets these to run for minutes instead of for a moment.
const SOAK_SECONDS = Number(process.env['UNSENT_SOAK_SECONDS'] ?? 0);
const SEED = process.env['UNSENT_SOAK_SEED'];
const RUN: fc.Parameters<unknown> = {
  ...(SOAK_SECONDS === 0
    ? { numRuns: 1500, seed: 20_261_123 }
    : { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: SOAK_SECONDS * 1000 }),
  ...(SEED === undefined ? {} : { seed: Number(SEED) }),
};
const TIMEOUT_MS = 60_000 + SOAK_SECONDS * 1000;

const RESULTS = ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'];

const query: fc.Arbitrary<SpfQuery> = fc.record({
  ip: fc.oneof(fc.constantFrom('192.0.2.1', '2001:db8::1', '::ffff:192.0.2.1'), fc.ipV4(), fc.ipV6()).map(address),
  domain: fc.oneof({ weight: 4, arbitrary: fc.constant('example.com') }, { weight: 1, arbitrary: anyText }),
  sender: anyText,
  helo: anyText,
  receiver: anyText,
  now: fc.date(),
});

const limits = fc.record(
  { lookups: fc.nat(14), voids: fc.nat(5), mx: fc.nat(14), ptr: fc.nat(14), queries: fc.nat(150) },
  { requiredKeys: [] },
);

const options: fc.Arbitrary<SpfOptions> = fc.record(
  { limits, voidCounting: fc.constantFrom('rfc', 'dual-stack') },
  { requiredKeys: [] },
);

let checks = 0;

test('any record, macro, client, HELO, sender and answer: an outcome, within the limits', {
  timeout: TIMEOUT_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(query, hostileData, options, fc.nat(), async (asked, data, given, seed) => {
      checks++;
      const atOnce = await play(asked, data, given, seed, 'at once');
      // The same answers must give the same outcome, however they come.
      expect(await play(asked, data, given, seed, 'later')).toEqual(atOnce);
      expect(await play(asked, data, { ...given, recordCache: createRecordCache(4) }, seed, 'mixed')).toEqual(atOnce);
      const traced = await play(asked, data, { ...given, trace: true }, seed, 'mixed');
      expect({ ...traced, trace: null }).toEqual(atOnce);
      if (traced.trace !== null) expectSums(traced, traced.trace);
      await play(asked, data, given, seed, 'throwing');
    }),
    RUN,
  );
  console.log(`spf fuzz: ${checks} cases, each checked five ways`);
});

async function play(
  asked: SpfQuery,
  data: HostileData,
  given: SpfOptions,
  seed: number,
  manner: Manner,
): Promise<SpfOutcome> {
  const resolver = hostileResolver(seed, data, manner);
  const outcome = await checkHost(asked, resolver, given);
  expect(RESULTS).toContain(outcome.result);
  expect(resolver.count()).toBe(outcome.queries);
  expect(outcome.queries).toBeLessThanOrEqual(mostQueries(given.limits ?? {}));
  expect(outcome.lookups).toBeLessThanOrEqual(given.limits?.lookups ?? 10);
  if (outcome.result === 'fail' && outcome.explanation !== null) expect(outcome.explanation).toMatch(/^[ -~]{0,450}$/);
  return outcome;
}

/** RFC 7208 §4.6.4, with what each term may ask: its name and ten MX hosts; ten PTR names once; the explanation. */
function mostQueries({ lookups = 10, mx = 10, ptr = 10, queries }: NonNullable<SpfOptions['limits']>): number {
  return queries ?? 1 + lookups * (1 + Math.max(1, mx)) + (1 + ptr) + 1;
}

/** The tree accounts for every lookup and every question. */
function expectSums(outcome: SpfOutcome, root: TraceNode): void {
  expect(root.terms.reduce((sum, term) => sum + term.lookups, 0)).toBe(outcome.lookups);
  expect(root.terms.reduce((sum, term) => sum + term.voidLookups, 0)).toBe(outcome.voidLookups);
  expect(questionsIn(root)).toBe(outcome.queries);
}

function questionsIn(node: TraceNode): number {
  return node.terms.reduce(
    (sum, term) => sum + term.queries.length + (term.inner === null ? 0 : questionsIn(term.inner)),
    node.queries.length,
  );
}

function address(text: string): SpfQuery['ip'] {
  const ip = parseIp(text);
  if (ip === null) throw new Error(`${text} is no address`);
  return ip;
}
