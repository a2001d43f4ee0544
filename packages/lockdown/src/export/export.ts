import type { DomainName } from '@unsent/dns';
import type { ChangePlan } from '../change.ts';
import type { WantedRecord, ZoneRecord } from '../zone.ts';
import { exportBind } from './bind.ts';
import { exportDnscontrol } from './dnscontrol.ts';
import { exportOctodns } from './octodns.ts';
import { exportTinydns } from './tinydns.ts';

/** A plan as a person without an API carries it out: what to take out, what to put in. */
export type Exported = {
  readonly zone: DomainName;
  readonly remove: readonly ZoneRecord[];
  readonly add: readonly WantedRecord[];
  /** For tools that want sets: every record of each touched name and type, as it should be. */
  readonly sets: readonly RecordSet[];
};

/** All records of one name and type. */
export type RecordSet = { readonly name: DomainName; readonly type: string; readonly records: readonly WantedRecord[] };

export const EXPORT_FORMATS = ['bind', 'tinydns', 'dnscontrol', 'octodns'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const WRITERS: { readonly [F in ExportFormat]: (exported: Exported) => string } = {
  bind: exportBind,
  tinydns: exportTinydns,
  dnscontrol: exportDnscontrol,
  octodns: exportOctodns,
};

/** The plan as text for a zone file, tinydns-data, dnscontrol or octoDNS. What has to go stands there as comments. */
export function exportPlan(plan: ChangePlan, format: ExportFormat): string {
  return WRITERS[format](exportedPlan(plan));
}

function exportedPlan({ zone, changes, after }: ChangePlan): Exported {
  const add = changes.flatMap((change) =>
    change.op === 'delete' ? [] : [change.op === 'replace' ? change.after : change.record],
  );
  const remove = changes.flatMap((change) =>
    change.op === 'create' ? [] : [change.op === 'replace' ? change.before : change.record],
  );
  const touched = new Map(add.map(({ name, type }) => [`${name} ${type}`, { name, type }]));
  const sets = [...touched.values()].map(({ name, type }) => ({
    name,
    type,
    records: after.filter((record) => record.name === name && record.type === type),
  }));
  return { zone, remove, add, sets };
}
