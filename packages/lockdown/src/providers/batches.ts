import type { Change } from '../change.ts';

/**
 * Cuts changes into batches of at most `max`, for providers that take only so many at once.
 *
 * Changes at one name stay together, so that every batch alone leaves each name as planned: an MX is never missing
 * (RFC 5321 §5.1), a CNAME goes together with what comes in its place. Names that only gain records come first: a
 * host is there before an MX names it. A single name with more changes than `max` is cut all the same.
 */
export function inBatches(changes: readonly Change[], max: number): readonly (readonly Change[])[] {
  if (changes.length <= max) return changes.length === 0 ? [] : [changes];
  const byName = new Map<string, Change[]>();
  for (const change of changes) {
    const { name } = change.op === 'replace' ? change.after : change.record;
    const here = byName.get(name);
    if (here === undefined) byName.set(name, [change]);
    else here.push(change);
  }
  const gains = (group: readonly Change[]): number => Number(group.every(({ op }) => op === 'create'));
  const groups = [...byName.values()].sort((a, b) => gains(b) - gains(a));
  const batches: Change[][] = [];
  for (const group of groups.flatMap((changesOfName) => slices(changesOfName, max))) {
    const last = batches.at(-1);
    if (last !== undefined && last.length + group.length <= max) last.push(...group);
    else batches.push([...group]);
  }
  return batches;
}

function slices(changes: readonly Change[], max: number): readonly (readonly Change[])[] {
  const parts: (readonly Change[])[] = [];
  for (let i = 0; i < changes.length; i += max) parts.push(changes.slice(i, i + max));
  return parts;
}
