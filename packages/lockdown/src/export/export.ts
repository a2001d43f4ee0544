import type { ChangePlan } from '../change.ts';
import { exportBind } from './bind.ts';
import { exportDnscontrol } from './dnscontrol.ts';
import type { Exported } from './exported.ts';
import { exportOctodns } from './octodns.ts';
import { exportTinydns } from './tinydns.ts';

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
