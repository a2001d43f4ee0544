import type { DomainName } from '@unsent/dns';
import { type Engine, integer, type Row, text } from './sql.ts';

/** `id` is one run of one command; `who` tells people whose it is. */
export type LeaseHolder = { readonly id: string; readonly who: string };

/** A zone that somebody works on; `holder` is the id of the run. */
export type ZoneLease = {
  readonly zone: DomainName;
  readonly holder: string;
  readonly who: string;
  readonly since: Date;
};

/** Who works on which zone at this moment, so that two do not write to one at once. */
export interface ZoneLeases {
  /**
   * Takes the zone for so long; null when it is taken, else the lease of the other. `gone` is the id of a run that is
   * known to have ended: what it still holds is free.
   */
  take(zone: DomainName, holder: LeaseHolder, forMs: number, gone?: string): Promise<ZoneLease | null>;
  /** Keeps what the holder has for so long from now; false when it is no longer theirs. */
  keep(zone: DomainName, holder: LeaseHolder, forMs: number): Promise<boolean>;
  release(zone: DomainName, holder: LeaseHolder): Promise<void>;
}

/** The leases over an engine. All times are by the database's clock: the hosts' may differ. */
export function sqlZoneLeases(sql: Engine): ZoneLeases {
  const now = sql.nowMs;
  return {
    take: async (zone, { id, who }, forMs, gone = id) => {
      for (;;) {
        const taken = await sql.all(
          `INSERT INTO zone_lease (zone, holder, who, taken_at, until_at) VALUES (?, ?, ?, ${now}, ${now} + ?)
           ON CONFLICT (zone) DO UPDATE SET holder = excluded.holder, who = excluded.who,
             taken_at = excluded.taken_at, until_at = excluded.until_at
           WHERE zone_lease.until_at < ${now} OR zone_lease.holder IN (excluded.holder, ?) RETURNING zone`,
          [zone, id, who, forMs, gone],
        );
        if (taken.length > 0) return null;
        const [other] = await sql.all('SELECT holder, who, taken_at FROM zone_lease WHERE zone = ?', [zone]);
        // Given back between the two statements: free now.
        if (other !== undefined) return readLease(zone, other);
      }
    },
    keep: async (zone, { id }, forMs) => {
      const kept = await sql.all(
        `UPDATE zone_lease SET until_at = ${now} + ? WHERE zone = ? AND holder = ? RETURNING zone`,
        [forMs, zone, id],
      );
      return kept.length > 0;
    },
    release: (zone, { id }) => sql.run('DELETE FROM zone_lease WHERE zone = ? AND holder = ?', [zone, id]),
  };
}

function readLease(zone: DomainName, row: Row): ZoneLease {
  const since = new Date(integer(row, 'taken_at'));
  return { zone, holder: text(row, 'holder'), who: text(row, 'who'), since };
}
