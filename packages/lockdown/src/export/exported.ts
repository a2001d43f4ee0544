import type { DomainName } from '@unsent/dns';
import type { WantedRecord, ZoneRecord } from '../zone.ts';

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
