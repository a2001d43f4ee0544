import { type DomainName, UnsentError, zoneResolver } from '@unsent/dns';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyPlan } from '../src/apply.ts';
import { desiredRecords } from '../src/desired.ts';
import { isLockedInDns } from '../src/dns-check.ts';
import { memoryJournal } from '../src/journal-memory.ts';
import { type LockdownOptions, lockdownOptions, PARTS } from '../src/options.ts';
import { planLockdown } from '../src/plan.ts';
import { type DomainResult, runPortfolio } from '../src/portfolio.ts';
import { modelledRecords } from '../src/proof.ts';
import { memoryProvider } from '../src/providers/memory.ts';
import { slidingPacer } from '../src/providers/pacer.ts';
import { domainNames, OURS, simulatePortfolio, WINDOW_MS } from './support/simulation.ts';
import { virtualClock } from './support/virtual-clock.ts';
import { memory, NOW, name, records, snapshot } from './support/zone.ts';

const quiet = { maxFailures: 5, signal: new AbortController().signal, onResult: async () => {} };
const locked = (domain: DomainName): DomainResult => ({ domain, outcome: 'locked', entry: null, reason: null });

describe('10,000 zones at Cloudflare', () => {
  test('take two calls each, at most 1.15 x 84 minutes, and never more than 1,080 calls in 300 s', async () => {
    const { results, calls, refused, busiest, minutes } = await simulatePortfolio(10_000);
    expect(results).toHaveLength(10_000);
    expect(calls).toBe(20_200);
    expect(refused).toBe(0);
    expect(busiest).toBeLessThanOrEqual(1080);
    expect(minutes).toBeLessThanOrEqual(1.15 * 84);
  }, 120_000);

  test('a limit that somebody else used up pauses all workers, and no domain is lost', async () => {
    const clock = virtualClock();
    const pacer = slidingPacer({ calls: OURS, windowMs: WINDOW_MS, now: clock.now, sleep: clock.sleep });
    let calls = 0;
    const pausedAt: number[] = [];
    const end = await clock.run(
      runPortfolio(
        domainNames(50),
        async (domain) => {
          await pacer.take();
          calls++;
          await clock.sleep(200);
          if (calls === 20) {
            pausedAt.push(clock.now());
            pacer.pause(300_000);
            throw new UnsentError('provider-rate-limited', { message: 'limit' });
          }
          return locked(domain);
        },
        { ...quiet, concurrency: 6 },
      ),
    );
    expect(new Set(end.results.map(({ domain }) => domain)).size).toBe(50);
    expect(end.results.every(({ outcome }) => outcome === 'locked')).toBe(true);
    expect(clock.now()).toBeGreaterThan((pausedAt[0] ?? 0) + 300_000);
  });
});

test('the pacer keeps every sliding window, whatever comes when', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 80 }),
      async (calls, gaps) => {
        const clock = virtualClock();
        const pacer = slidingPacer({ calls, windowMs: 1000, now: clock.now, sleep: clock.sleep });
        const times: number[] = [];
        await clock.run(
          Promise.all(
            gaps.map(async (gap, i) => {
              await clock.sleep(gap * (i % 7));
              await pacer.take();
              times.push(clock.now());
            }),
          ),
        );
        for (const [i, at] of times.entries()) {
          const within = times.filter((other, j) => j <= i && other > at - 1000).length;
          expect(within).toBeLessThanOrEqual(calls);
        }
      },
    ),
    { numRuns: 60 },
  );
});

describe('the runner', () => {
  test('stops after failures in a row, and says how many domains are left', async () => {
    const end = await runPortfolio(
      domainNames(20),
      async (domain) => ({ domain, outcome: 'failed', entry: null, reason: 'no' }),
      { ...quiet, concurrency: 1, maxFailures: 3 },
    );
    expect(end).toMatchObject({ stopped: 'failures', left: 17 });
  });

  test('failures that are not in a row do not stop it', async () => {
    let turn = 0;
    const end = await runPortfolio(
      domainNames(20),
      async (domain) => (turn++ % 2 === 0 ? { domain, outcome: 'failed', entry: null, reason: 'no' } : locked(domain)),
      { ...quiet, concurrency: 1, maxFailures: 2 },
    );
    expect(end).toMatchObject({ stopped: null, left: 0 });
  });

  test('a signal lets the domains under way end, and leaves the rest', async () => {
    const controller = new AbortController();
    const end = await runPortfolio(
      domainNames(10),
      async (domain) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        controller.abort();
        return locked(domain);
      },
      { ...quiet, concurrency: 2, signal: controller.signal },
    );
    expect(end).toMatchObject({ stopped: 'interrupted', left: 8 });
    expect(end.results).toHaveLength(2);
  });

  test('works on so many domains at a time and no more', async () => {
    let under = 0;
    let most = 0;
    await runPortfolio(
      domainNames(30),
      async (domain) => {
        most = Math.max(most, ++under);
        await new Promise((resolve) => setTimeout(resolve, 1));
        under--;
        return locked(domain);
      },
      { ...quiet, concurrency: 5 },
    );
    expect(most).toBe(5);
  });

  test('an error for people is a result; a bug is not swallowed', async () => {
    const error = new UnsentError('provider-failed', { message: 'Cloudflare failed.' });
    const end = await runPortfolio(domainNames(1), () => Promise.reject(error), { ...quiet, concurrency: 1 });
    expect(end.results).toMatchObject([{ outcome: 'failed', reason: 'Cloudflare failed.' }]);
    const bug = runPortfolio(domainNames(1), () => Promise.reject(new TypeError('bug')), { ...quiet, concurrency: 1 });
    await expect(bug).rejects.toThrow('bug');
  });
});

describe('what DNS shows as locked', () => {
  const ZONE = name('example.com');
  const RUA = ['mailto:d@reports.example'];
  const OLD = '@ 300 A 192.0.2.10\n@ 300 MX 10 mail.old-host.example.\n@ 300 TXT v=spf1 mx ~all\nwww 300 A 192.0.2.1';

  async function lockedZone(mx: 'loopback' | 'null', more: Partial<LockdownOptions> = {}, old = OLD) {
    const before = snapshot(old);
    const options = lockdownOptions({ mx, ...more });
    const plan = planLockdown(before, desiredRecords(before, options, memory('').capabilities), []);
    const provider = memoryProvider([{ name: ZONE, records: records(old) }], { now: () => NOW });
    const context = {
      provider,
      journal: memoryJournal(),
      now: () => NOW,
      kind: 'lockdown' as const,
      undoes: [],
      rereads: false,
      readsBack: false,
    };
    await applyPlan(plan, await provider.read(ZONE), context);
    return zoneResolver(modelledRecords(provider.records(ZONE)));
  }

  test.each([
    ['loopback', 'loopback', true],
    ['null', 'null', true],
    ['null', 'auto', true],
    ['loopback', 'auto', true],
    ['loopback', 'null', false],
    ['null', 'loopback', false],
  ] as const)('locked with --mx %s, asked for --mx %s: skipped is %s', async (was, mx, expected) => {
    expect(await isLockedInDns(ZONE, lockdownOptions({ mx }), await lockedZone(was))).toBe(expected);
  });

  test.each<readonly [string, Partial<LockdownOptions>]>([
    ['only hosts', { parts: new Set(['hosts']) }],
    ['hosts and MX', { parts: new Set(['mx', 'hosts']) }],
    ['only CAA', { parts: new Set(['caa']) }],
    ['CAA beside the rest', { parts: new Set(PARTS) }],
    ['the MX of a domain that keeps its own', { parts: new Set(['mx']), keepsMx: true }],
    ['other report addresses', { rua: RUA }],
    ['a CNAME to be replaced', { replaceCnamesAt: new Set([name('_dmarc.example.com')]) }],
  ])('does not tell about %s', async (_, asked) => {
    const options = lockdownOptions(asked);
    expect(await isLockedInDns(ZONE, options, await lockedZone('loopback'))).toBe(false);
  });

  test.each<readonly [string, Partial<LockdownOptions>, Partial<LockdownOptions>, boolean]>([
    ['the same', { rua: RUA }, { rua: RUA }, true],
    ['none in particular', { rua: RUA }, {}, true],
    ['others', { rua: RUA }, { rua: ['mailto:other@reports.example'] }, false],
    // A report there would never arrive: it is left out both times.
    ['one that is locked itself', {}, { rua: ['mailto:d@example.com'] }, true],
    ['some, and theirs are locked by now', { rua: RUA }, { lockedDomains: [name('reports.example')] }, false],
  ])('report addresses: asked for %s', async (_, was, asked, expected) => {
    const world = await lockedZone('loopback', was);
    expect(await isLockedInDns(ZONE, lockdownOptions(asked), world)).toBe(expected);
  });

  test.each(['loopback', 'null'] as const)('an MX at * is not locked (--mx %s)', async (mx) => {
    const world = await lockedZone(mx, {}, `${OLD}\n* 300 MX 10 mail.old-host.example.`);
    expect(await isLockedInDns(ZONE, lockdownOptions({ mx }), world)).toBe(true);
    const live = await lockedZone(
      mx,
      { parts: new Set(['mx', 'spf', 'dmarc', 'dkim']) },
      `${OLD}
* 300 MX 10 mail.old-host.example.\n* 300 TXT v=spf1 -all`,
    );
    expect(await isLockedInDns(ZONE, lockdownOptions({ mx }), live)).toBe(false);
  });

  test('an old zone is not', async () => {
    expect(await isLockedInDns(ZONE, lockdownOptions(), zoneResolver(modelledRecords(records(OLD))))).toBe(false);
  });

  test('a question that fails is no proof', async () => {
    expect(await isLockedInDns(ZONE, lockdownOptions(), zoneResolver([], { failing: [{ name: ZONE }] }))).toBe(false);
  });
});
