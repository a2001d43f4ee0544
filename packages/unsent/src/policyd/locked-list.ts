import type { DomainName } from '@unsent/dns';
import { type LockedTable, lockedAtIn } from './locked-table.ts';
import type { LockedUpdate } from './store-protocol.ts';

/** When a domain of ours was locked (milliseconds since 1970); null when it is not. */
export type LockedAt = (name: DomainName) => number | null;

/** The locked domains in memory: a table that never changes, and what came after it. */
export interface LockedList {
  readonly lockedAt: LockedAt;
  update(update: LockedUpdate): void;
}

/** A list without domains. */
export function lockedList(): LockedList {
  let table: LockedTable | null = null;
  let later = new Map<string, number | null>();
  return {
    lockedAt: (name) => {
      const known = later.size === 0 ? undefined : later.get(name);
      if (known !== undefined) return known;
      return table === null || table.count === 0 ? null : lockedAtIn(table, name);
    },
    update: (update) => {
      if (update.kind === 'table') {
        table = update.table;
        later = new Map();
      } else for (const { name, lockedAtMs } of update.changes) later.set(name, lockedAtMs);
    },
  };
}
