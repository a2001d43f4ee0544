import { type DomainName, UnsentError } from '@unsent/dns';
import type { SetChange } from '../sets.ts';
import { encodeUpdate } from './rfc2136-message.ts';

/** What the two octets of length before a message can say (RFC 1035 §4.2.2). */
const MAX_MESSAGE = 0xffff;
/** For a signature: name and algorithm of the key, and the longest MAC (RFC 8945 §4.2). */
const SIGNATURE_ROOM = 512;

/**
 * The UPDATE messages for `sets`, made by `newId`: one, or as many as it takes when they do not fit into one.
 *
 * Each changes everything in it or nothing. The sets of a name stay together, with what they ask for beforehand. Names
 * that only gain records come first and those that lose all come last: a host is there as long as an MX names it. Throws
 * `record-unsupported` when a single name has too much for a message.
 */
export function updateMessages(
  newId: () => number,
  zone: DomainName,
  sets: readonly SetChange[],
  freeNames: ReadonlySet<DomainName>,
): readonly Buffer[] {
  const encode = (some: readonly SetChange[]): Buffer => {
    const names = new Set(some.map(({ name }) => name));
    return encodeUpdate(newId(), zone, some, new Set([...freeNames].filter((name) => names.has(name))));
  };
  const whole = encode(sets);
  if (fits(whole.length)) return [whole];
  const empty = encode([]).length;
  const messages: SetChange[][] = [];
  let length = 0;
  for (const group of byName(sets)) {
    const added = encode(group).length - empty;
    if (!fits(empty + added)) throw tooMuch(group[0]?.name ?? zone);
    const last = messages.at(-1);
    if (last !== undefined && fits(length + added)) {
      last.push(...group);
      length += added;
    } else {
      messages.push([...group]);
      length = empty + added;
    }
  }
  return messages.map(encode);
}

function fits(octets: number): boolean {
  return octets <= MAX_MESSAGE - SIGNATURE_ROOM;
}

function byName(sets: readonly SetChange[]): readonly (readonly SetChange[])[] {
  const groups = new Map<DomainName, SetChange[]>();
  for (const set of sets) {
    const here = groups.get(set.name);
    if (here === undefined) groups.set(set.name, [set]);
    else here.push(set);
  }
  const turn = (group: readonly SetChange[]): number => {
    if (group.every(({ before }) => before.length === 0)) return 0;
    return group.every(({ after }) => after.length === 0) ? 2 : 1;
  };
  return [...groups.values()].sort((a, b) => turn(a) - turn(b));
}

function tooMuch(name: DomainName): UnsentError {
  return new UnsentError('record-unsupported', {
    message: `The records at ${name} do not fit into one UPDATE message (${MAX_MESSAGE} octets), so nothing was sent.`,
    hint: 'Take away what is no longer needed at that name with the tools of the name server.',
  });
}
