import type { StoredDraft } from '../../src/index.ts';
import { domain } from './store.ts';

/** A lockdown of parked.example, but for what `given` says. */
export function draft(id: string, given: Partial<StoredDraft<unknown, unknown>> = {}): StoredDraft<unknown, unknown> {
  return {
    kind: 'lockdown',
    zone: domain('parked.example'),
    provider: 'memory',
    snapshot: { records: [{ name: 'parked.example', ttl: 3600 }] },
    plan: { changes: [], note: `plan of ${id}` },
    undoes: [],
    zoneText: '; the zone before\n',
    ...given,
  };
}
