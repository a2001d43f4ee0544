import { describe, expect, test } from 'vitest';
import type { Change } from '../src/change.ts';
import { desiredRecords } from '../src/desired.ts';
import { lockdownOptions } from '../src/options.ts';
import { planLockdown, recordsAfter } from '../src/plan.ts';
import type { ZoneRecord } from '../src/zone.ts';
import { lines, memory, snapshot } from './support/zone.ts';

describe('the zone once changes have happened, where a record is there more than once', () => {
  const { records } = snapshot('@ 300 TXT one\n@ 300 TXT one\n@ 300 TXT one\n@ 300 TXT two');
  const [one, , , two] = records as [ZoneRecord, ZoneRecord, ZoneRecord, ZoneRecord];
  const gone: Change = { op: 'delete', record: one, why: '' };
  test.each<[string, readonly Change[], readonly string[]]>([
    ['nothing', [], ['one', 'one', 'one', 'two']],
    ['one delete takes one', [gone], ['one', 'one', 'two']],
    ['two deletes take two', [gone, gone], ['one', 'two']],
    ['more deletes than there are take no other', [gone, gone, gone, gone], ['two']],
    ['a replacement takes one', [{ op: 'replace', before: one, after: two, why: '' }], ['one', 'one', 'two', 'two']],
    ['a new one takes none', [{ op: 'create', record: two, why: '' }], ['one', 'one', 'one', 'two', 'two']],
  ])('%s', (_title, changes, left) => {
    expect(lines(recordsAfter(records, changes))).toEqual(left.map((text) => `@ TXT ${text}`));
  });
});

describe('the TTL of a new record', () => {
  const created = (zone: string): readonly number[] => {
    const before = snapshot(zone);
    const { capabilities } = memory('', { capabilities: { nullMx: true, comments: false } });
    const desired = desiredRecords(before, lockdownOptions({ parts: new Set(['spf']) }), capabilities);
    return planLockdown(before, desired, []).changes.flatMap((change) =>
      change.op === 'delete' ? [] : [change.op === 'create' ? change.record.ttlSeconds : change.after.ttlSeconds],
    );
  };
  const { ttlSeconds } = lockdownOptions({});

  test('is that of the records that stay at its name and type (RFC 2181 §5.2)', () => {
    expect(created('@ 7200 TXT v=spf1 mx ?all\n@ 60 TXT site-verification=AbCdEf')).toEqual([60]);
  });
  test('is that of the options where none stays', () => {
    expect(created('@ 7200 TXT v=spf1 mx ?all')).toEqual([ttlSeconds]);
    expect(created('@ 7200 A 192.0.2.1')).toEqual([ttlSeconds]);
  });
});
