import { describe, expect, test } from 'vitest';
import { FAULTS, type Fault, type StandIn, startStandIn } from '../../../test/support/cloudflare-stand-in/server.ts';
import type { HeldZone } from '../../../test/support/cloudflare-stand-in/state.ts';
import { openValidator } from '../../../test/support/cloudflare-stand-in/validate.ts';
import { parkedZone, standInZone } from '../../../test/support/cloudflare-stand-in/zones.ts';
import { hasShared, needs } from '../../../test/support/require.ts';
import type { Journal } from '../src/journal.ts';
import { memoryJournal } from '../src/journal-memory.ts';
import { cloudflareProvider } from '../src/providers/cloudflare.ts';
import type { DnsProvider } from '../src/providers/provider.ts';
import { lockdownOf, unlockOf } from './support/drive.ts';
import { NOW, name } from './support/zone.ts';

const ZONE = name('parked.example');
const isHere = needs('dns/cloudflare-schema in the shared folder', hasShared('dns/cloudflare-schema'));
const validator = isHere ? openValidator() : null;

/** More hosts than one batch of the free plan can give an SPF record to: two batches, and a gap between them. */
function wideZone(zone: string): HeldZone {
  const hosts = Array.from({ length: 230 }, (_, i) => ['A', `h${i}.${zone}`, '192.0.2.1'] as const);
  const old = [
    ['MX', zone, 'mx1.old-host.example', { priority: 10 }],
    ['TXT', zone, '"v=spf1 mx ~all"'],
  ] as const;
  return standInZone(zone, [...old, ...hosts], { plan: 'free' });
}

/** `calls`: the calls of a lockdown without faults, by number. */
const WORLDS = [
  { title: 'a parked zone, one batch', make: parkedZone, calls: [0, 1, 2, 3, 4] },
  // What comes before the batches is played above.
  { title: 'a wide zone, two batches', make: wideZone, calls: [3, 4, 5] },
];

/** One zone at one stand-in, and commands run against it, each as a process of its own. */
async function openWorld(make: (zone: string) => HeldZone) {
  if (validator === null) throw new Error('no schemas');
  const standIn = await startStandIn([make(ZONE)], { validator });
  const open = (timeoutMs = 5000): DnsProvider =>
    cloudflareProvider({ token: standIn.token, url: standIn.url, now: () => NOW, pacer: null, timeoutMs });
  const held = (): HeldZone => standIn.zones[0] ?? make(ZONE);
  return {
    standIn,
    held,
    fingerprint: async () => (await open().read(ZONE)).fingerprint,
    content: () => content(held()),
    lockdown: (journal: Journal, timeoutMs?: number) => lockdownOf(ZONE, open(timeoutMs), journal),
    unlock: (journal: Journal, timeoutMs?: number) => unlockOf(ZONE, open(timeoutMs), journal),
  };
}

type World = Awaited<ReturnType<typeof openWorld>>;

/** What a zone says, whatever the ids and the marks of ours. */
function content({ records }: HeldZone): string {
  return records
    .map(({ type, name: owner, content: text, priority }) => [owner, type, priority ?? '', text].join(' '))
    .sort()
    .join('\n');
}

/** Runs a command that meets the fault. Resolves to how many calls it made. */
async function strike(
  standIn: StandIn,
  [fault, call, how]: readonly [Fault, number, string],
  command: () => Promise<unknown>,
): Promise<number> {
  const start = standIn.calls.length;
  standIn.faults = (index) =>
    index - start === call || (how === 'from then on' && index - start > call) ? fault : null;
  await command().catch(() => null);
  standIn.faults = () => null;
  return standIn.calls.length - start;
}

async function newestState(journal: Journal): Promise<string> {
  const [entry] = await journal.entries({ zone: ZONE, states: null, limit: 1 });
  return entry === undefined ? 'none' : `${entry.kind} ${entry.state}`;
}

/** Tries each way on from the same wreck: the zone and the journal as the fault left them. */
async function eachWayOn(
  world: World,
  journal: Journal,
  ways: readonly string[],
  go: (copy: Journal, way: string) => Promise<void>,
): Promise<void> {
  const wreck = structuredClone(world.held());
  const entries = await journal.entries({ zone: null, states: null, limit: null });
  for (const way of ways) {
    world.standIn.zones.splice(0, 1, structuredClone(wreck));
    await go(memoryJournal(entries.toReversed()), way);
  }
}

async function expectUndone(world: World, journal: Journal, before: string): Promise<void> {
  await world.unlock(journal);
  expect(await world.fingerprint()).toBe(before);
  const open = await journal.entries({ zone: ZONE, states: ['begun', 'applied', 'unclear'], limit: null });
  expect(open.filter(({ kind }) => kind === 'lockdown')).toEqual([]);
}

describe.skipIf(!isHere).each(WORLDS)('every fault at every call: $title', ({ make, calls }) => {
  const locked = lockedContent(make, (calls.at(-1) ?? 0) + 1);
  const cases = FAULTS.flatMap((fault) =>
    calls.flatMap((call) => [[fault, call, 'once'] as const, [fault, call, 'from then on'] as const]),
  );
  /** Nothing answers late enough to reach this on its own, and waiting for it is most of the time these tests take. */
  const timeoutOf = (fault: Fault): number => (/hang|late/.test(fault) ? 120 : 5000);

  test.concurrent.each(cases)('lockdown meets %s at call %i, %s', async (...args) => {
    const [fault, call, how] = args;

    const world = await openWorld(make);
    const [old, before, journal] = [world.content(), await world.fingerprint(), memoryJournal()];
    const made = await strike(world.standIn, [fault, call, how], () => world.lockdown(journal, timeoutOf(fault)));
    expect(made).toBeGreaterThan(call);
    const now = world.content();
    const state = await newestState(journal);
    if (state === 'lockdown applied') expect(now).toBe(await locked);
    if (state === 'lockdown failed' || state === 'none') expect(now).toBe(old);
    if (now !== old && now !== (await locked)) expect(state).toBe('lockdown unclear');
    await eachWayOn(world, journal, ['again', 'unlock', 'late, then unlock', 'late, then again'], async (copy, way) => {
      if (way.startsWith('late')) world.standIn.arriveLate();
      if (way.endsWith('again')) {
        await world.lockdown(copy);
        expect(world.content()).toBe(await locked);
      }
      await expectUndone(world, copy, before);
    });
    await world.standIn.close();
  });

  test.concurrent.each(cases)('unlock meets %s at call %i, %s', async (...args) => {
    const [fault, call, how] = args;

    const world = await openWorld(make);
    const [old, before, journal] = [world.content(), await world.fingerprint(), memoryJournal()];
    await world.lockdown(journal);
    await strike(world.standIn, [fault, call, how], () => world.unlock(journal, timeoutOf(fault)));
    const now = world.content();
    const state = await newestState(journal);
    if (state === 'unlock applied') expect(now).toBe(old);
    if (state === 'unlock failed') expect(now).toBe(await locked);
    if (now !== old && now !== (await locked)) expect(state).toBe('unlock unclear');
    await eachWayOn(world, journal, ['unlock', 'late, then unlock', 'lockdown'], async (copy, way) => {
      if (way.startsWith('late')) world.standIn.arriveLate();
      if (way === 'lockdown') {
        await world.lockdown(copy);
        expect(world.content()).toBe(await locked);
      }
      await expectUndone(world, copy, before);
    });
    await world.standIn.close();
  });
});

/** Where a lockdown without any fault leads to, and proof that it makes just as many calls as are struck. */
async function lockedContent(make: (zone: string) => HeldZone, calls: number): Promise<string> {
  if (validator === null) return '';
  const world = await openWorld(make);
  await world.lockdown(memoryJournal());
  await world.standIn.close();
  if (world.standIn.calls.length !== calls) throw new Error(`${world.standIn.calls.length} calls, not ${calls}`);
  return world.content();
}
