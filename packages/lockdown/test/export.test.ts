import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findProgram, needs } from '../../../test/support/require.ts';
import { desiredRecords } from '../src/desired.ts';
import { EXPORT_FORMATS, exportPlan } from '../src/export/export.ts';
import { lockdownOptions, PARTS } from '../src/options.ts';
import { planLockdown } from '../src/plan.ts';
import { zoneFromText } from '../src/zone-from-text.ts';
import { lines, memory, name, snapshot } from './support/zone.ts';

const OLD =
  '@ 300 A 192.0.2.10\n@ 300 MX 10 mail.old-host.example.\n@ 300 TXT v=spf1 mx ~all\n@ 300 TXT verification=x; y:z';
const ZONE = name('example.com');

function planOf(mx: 'loopback' | 'null', parts = new Set(PARTS)) {
  const before = snapshot(OLD);
  return planLockdown(before, desiredRecords(before, lockdownOptions({ mx, parts }), memory('').capabilities), []);
}

/** Runs `work` in a folder that is gone afterwards. */
function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-export-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each(['loopback', 'null'] as const)('the export of --mx %s', (mx) => {
  test('for BIND holds exactly the new records', () => {
    const plan = planOf(mx);
    const wanted = plan.changes.flatMap((change) =>
      change.op === 'delete' ? [] : [change.op === 'replace' ? change.after : change.record],
    );
    expect(lines(zoneFromText(exportPlan(plan, 'bind'), ZONE).records)).toEqual(lines(wanted));
  });

  const checkzone = findProgram('named-checkzone');
  test.skipIf(!needs('named-checkzone', checkzone !== null))('for BIND is accepted by named-checkzone', () => {
    inFolder((folder) => {
      const head = '@ 300 IN SOA ns1.example.net. h.example.net. 1 2 3 4 5\n@ 300 IN NS ns1.example.net.\n';
      writeFileSync(join(folder, 'zone'), head + exportPlan(planOf(mx), 'bind'));
      expect(execFileSync(checkzone ?? '', ['example.com', join(folder, 'zone')], { encoding: 'utf8' })).toMatch(
        /OK\n$/,
      );
    });
  });

  const tinydnsData = findProgram('tinydns-data');
  test.skipIf(!needs('tinydns-data', tinydnsData !== null))('for tinydns is compiled, and answers as wanted', () => {
    inFolder((folder) => {
      const base = '.example.com:192.0.2.53:a:300\n';
      writeFileSync(join(folder, 'data'), base + exportPlan(planOf(mx), 'tinydns'));
      execFileSync(tinydnsData ?? '', { cwd: folder });
      expect(readFileSync(join(folder, 'data.cdb')).length).toBeGreaterThan(2048);
      const get = (type: number, owner: string): string =>
        execFileSync(findProgram('tinydns-get') ?? '', [String(type), owner], {
          cwd: folder,
          encoding: 'utf8',
        }).replaceAll('\\040', ' ');
      expect(get(15, 'example.com')).toContain(mx === 'null' ? 'MX 0 .\n' : 'MX 0 loopback.example.com\n');
      expect(get(16, 'example.com')).toContain('v=spf1 -all');
      expect(get(16, '_dmarc.example.com')).toContain('v=DMARC1; p=reject');
      expect(get(257, 'example.com')).toContain('issue');
    });
  });

  test('for octoDNS is YAML with whole sets, semicolons escaped', () => {
    const yaml: unknown = parse(exportPlan(planOf(mx), 'octodns'));
    const exchange = mx === 'null' ? '.' : 'loopback.example.com.';
    expect(yaml).toMatchObject({
      '': [
        { type: 'MX', ttl: 3600, values: [{ exchange, preference: 0 }] },
        { type: 'TXT', ttl: 300, values: ['verification=x\\; y:z', 'v=spf1 -all'] },
        {
          type: 'CAA',
          values: [
            { flags: 0, tag: 'issue', value: ';' },
            { flags: 0, tag: 'issuewild', value: ';' },
          ],
        },
      ],
      '*._domainkey': [{ type: 'TXT', values: ['v=DKIM1\\; p='] }],
    });
  });

  test('for dnscontrol is JavaScript that calls what dnscontrol defines', () => {
    const calls: unknown[][] = [];
    const names = ['D_EXTEND', 'MX', 'A', 'TXT', 'CAA', 'TTL'];
    const functions = names.map((called) => (...args: unknown[]) => {
      if (called !== 'TTL') calls.push([called, ...args.filter((arg) => arg !== undefined)]);
    });
    new Function(...names, exportPlan(planOf(mx), 'dnscontrol').replace(/,\n\);/, '\n);'))(...functions);
    expect(calls).toContainEqual(['MX', '@', 0, mx === 'null' ? '.' : 'loopback.example.com.']);
    expect(calls).toContainEqual(['TXT', '_dmarc', 'v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s']);
    expect(calls).toContainEqual(['CAA', '@', 'issuewild', ';']);
  });
});

test.each(EXPORT_FORMATS)('%s names what has to be taken out, in a comment', (format) => {
  const comments = exportPlan(planOf('null'), format)
    .split('\n')
    .filter((line) => /^(;|#|\/\/) take out/.test(line));
  expect(comments).toHaveLength(2);
  expect(comments.join()).toContain('10 mail.old-host.example.');
});
