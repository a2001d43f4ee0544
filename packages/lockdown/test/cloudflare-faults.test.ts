import { describe, expect, test } from 'vitest';
import { FAULTS, type Fault, type StandIn, startStandIn } from '../../../test/support/cloudflare-stand-in/server.ts';
import type { HeldZone } from '../../../test/support/cloudflare-stand-in/state.ts';
import { openValidator } from '../../../test/support/cloudflare-stand-in/validate.ts';
import { parkedZone } from '../../../test/support/cloudflare-stand-in/zones.ts';
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

/** `calls`: the calls of a lockdown without faults, by number. */
const WORLDS = [
  { title: 'one batch', maxBatch: 200, calls: [0, 1, 2, 3, 4] },
  // What comes before the batches is played above.
  { title: 'three batches, and gaps between them', maxBatch: 4, calls: [3, 4, 5, 6] },
];

/** One zone at one stand-in, and commands run against it, each as a process of its own. */
async function openWorld(maxBatch: number) {
  if (validator === null) throw new Error('no schemas');
  const standIn = await startStandIn([parkedZone(ZONE)], { validator });
  const open = (timeoutMs = 5000): DnsProvider =>
    cloudflareProvider({ token: standIn.token, url: standIn.url, now: () => NOW, pacer: null, timeoutMs, maxBatch });
  const held = (): HeldZone => standIn.zones[0] ?? parkedZone(ZONE);
  return {
    standIn,
    held,
    whole: () => whole(held()),
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

/** Everything that people set of the records; not what Cloudflare makes itself. */
function whole({ records }: HeldZone): readonly string[] {
  return records
    .map(({ type, name: owner, content: text, priority, ttl, proxied, comment, tags, settings }) =>
      JSON.stringify([owner, type, text, priority, ttl, proxied, comment, [...tags].sort(), settings]),
    )
    .sort();
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

/**
 * A zone whose lockdown or unlock met the fault. Waiting for what hangs is most of the time these tests take, so the
 * patience is short; where a busy machine lost a call before the fault, it is played again with more of it.
 */
async function wreckOf(
  kind: 'lockdown' | 'unlock',
  [fault, call, how]: readonly [Fault, number, string],
  maxBatch: number,
) {
  for (const timeoutMs of /hang|late/.test(fault) ? [120, 1000, 5000] : [5000]) {
    const world = await openWorld(maxBatch);
    const [old, before, journal] = [world.content(), world.whole(), memoryJournal()];
    if (kind === 'unlock') await world.lockdown(journal);
    const made = await strike(world.standIn, [fault, call, how], () => world[kind](journal, timeoutMs));
    if (made > call) return { world, journal, old, before };
    await world.standIn.close();
  }
  throw new Error(`${kind} never makes call ${call}`);
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

/** What was asked of a hanging server may still happen before the person goes on. */
function waysOn(fault: Fault, ways: readonly string[]): readonly string[] {
  return fault === 'late' ? [...ways, ...ways.map((way) => `late, then ${way}`)] : ways;
}

async function expectUndone(world: World, journal: Journal, before: readonly string[]): Promise<void> {
  await world.unlock(journal);
  expect(world.whole()).toEqual(before);
  const open = await journal.entries({ zone: ZONE, states: ['begun', 'applied', 'unclear'], limit: null });
  expect(open.filter(({ kind }) => kind === 'lockdown')).toEqual([]);
}

describe.skipIf(!isHere).each(WORLDS)(
  'every fault at every call: $title',
  { timeout: 30_000 },
  ({ maxBatch, calls }) => {
    const locked = lockedContent(maxBatch, (calls.at(-1) ?? 0) + 1);
    const cases = FAULTS.flatMap((fault) =>
      calls.flatMap((call) => [[fault, call, 'once'] as const, [fault, call, 'from then on'] as const]),
    );
    test.concurrent.each(cases)('lockdown meets %s at call %i, %s', async (...args) => {
      const [fault] = args;
      const { world, journal, old, before } = await wreckOf('lockdown', args, maxBatch);
      const now = world.content();
      const state = await newestState(journal);
      if (state === 'lockdown applied') expect(now).toBe(await locked);
      if (state === 'lockdown failed' || state === 'none') expect(now).toBe(old);
      if (now !== old && now !== (await locked)) expect(state).toBe('lockdown unclear');
      await eachWayOn(world, journal, waysOn(fault, ['again', 'unlock']), async (copy, way) => {
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
      const [fault] = args;
      const { world, journal, old, before } = await wreckOf('unlock', args, maxBatch);
      const now = world.content();
      const state = await newestState(journal);
      if (state === 'unlock applied') expect(now).toBe(old);
      if (state === 'unlock failed') expect(now).toBe(await locked);
      if (now !== old && now !== (await locked)) expect(state).toBe('unlock unclear');
      await eachWayOn(world, journal, waysOn(fault, ['unlock', 'lockdown']), async (copy, way) => {
        if (way.startsWith('late')) world.standIn.arriveLate();
        if (way.endsWith('lockdown')) {
          await world.lockdown(copy);
          expect(world.content()).toBe(await locked);
        }
        await expectUndone(world, copy, before);
      });
      await world.standIn.close();
    });
  },
);

/** Where a lockdown without any fault leads to, and proof that it and its undo make just as many calls as are struck. */
async function lockedContent(maxBatch: number, calls: number): Promise<string> {
  if (validator === null) return '';
  const world = await openWorld(maxBatch);
  const journal = memoryJournal();
  await world.lockdown(journal);
  const content = world.content();
  const forLockdown = world.standIn.calls.length;
  await world.unlock(journal);
  const forUnlock = world.standIn.calls.length - forLockdown;
  await world.standIn.close();
  if (forLockdown !== calls || forUnlock !== calls)
    throw new Error(`${forLockdown} and ${forUnlock} calls, not ${calls}`);
  return content;
}
