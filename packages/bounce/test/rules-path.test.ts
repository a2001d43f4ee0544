import { describe, expect, test } from 'vitest';
import { gatherEvidence } from '../src/rules.ts';
import { type CaseChange, caseFacts, hop, own, path } from './support/case.ts';

const STRANGER = '203.0.113.9';
const OURS = '192.0.2.7';

function spoken(change: CaseChange): string[] {
  return gatherEvidence(caseFacts(change)).map((one) => `${one.strength} ${one.rule} ${one.points}`);
}

describe('the host that handed the message over', () => {
  test.each<[string, CaseChange, string[]]>([
    [
      'our host, seen by the reporter',
      { path: path(hop(OURS, { outbound: 'host', spf: 'pass' })) },
      ['decisive outbound-host genuine', 'strong spf-pass genuine'],
    ],
    [
      'our host, but the line may not be the reporter’s',
      { path: path(hop(OURS, { outbound: 'host' }), { isSeenByReporter: false }) },
      ['strong outbound-network genuine'],
    ],
    ['a network of ours', { path: path(hop(OURS, { outbound: 'network' })) }, ['strong outbound-network genuine']],
    ['a service in our record', { path: path(hop(STRANGER, { spf: 'pass' })) }, ['strong spf-pass genuine']],
    [
      'named by the report alone',
      { path: path(hop(OURS, { outbound: 'host', spf: 'pass' }), { isNamedOnly: true, isSeenByReporter: false }) },
      [],
    ],
    [
      'a stranger that SPF forbids',
      { path: path(hop(STRANGER, { spf: 'fail' })) },
      ['strong spf-fail backscatter', 'strong no-own-host backscatter'],
    ],
    [
      'a stranger with softfail, our hosts declared',
      { path: path(hop(STRANGER, { spf: 'softfail' })) },
      ['strong spf-softfail backscatter', 'strong no-own-host backscatter'],
    ],
    [
      'a stranger with softfail, our hosts not declared',
      { path: path(hop(STRANGER, { spf: 'softfail' })), own: own({ outbound: [] }) },
      ['weak spf-softfail-alone backscatter'],
    ],
    [
      'a stranger that -all forbids, our hosts not declared',
      { path: path(hop(STRANGER, { spf: 'fail' })), own: own({ outbound: [] }) },
      ['strong spf-fail backscatter', 'strong no-own-host backscatter'],
    ],
    [
      'a stranger that -all forbids below one that it is silent about, our hosts not declared',
      {
        path: path(hop(STRANGER, { spf: 'neutral' }), { below: [hop(STRANGER, { spf: 'fail' })] }),
        own: own({ outbound: [] }),
      },
      [],
    ],
    [
      'SPF neutral, our hosts declared',
      { path: path(hop(STRANGER, { spf: 'neutral' })) },
      ['strong no-own-host backscatter'],
    ],
    ['SPF could not answer', { path: path(hop(STRANGER, { spf: 'temperror' })) }, []],
    ['a record that tells nothing', { path: path(hop(STRANGER)) }, ['strong no-own-host backscatter']],
    [
      'a header block cut short',
      { path: path(hop(STRANGER, { spf: 'fail' }), { isWhole: false }) },
      ['strong spf-fail backscatter'],
    ],
    [
      'a domain nobody declared',
      { own: null, path: path(hop(STRANGER, { spf: 'fail' })) },
      ['strong spf-fail backscatter'],
    ],
    ['no path', { path: null }, []],
  ])('%s', (_title, change, expected) => expect(spoken(change)).toEqual(expected));
});

describe('hosts of ours further down', () => {
  const stranger = hop(STRANGER, { spf: 'fail' });
  const ours = hop(OURS, { outbound: 'host', spf: 'pass' });

  test('a joined line of ours keeps no-own-host silent and counts for nothing', () => {
    expect(spoken({ path: path(stranger, { below: [ours] }) })).toEqual([
      'strong spf-fail backscatter',
      'weak own-host-below genuine',
    ]);
  });
  test('a line of ours that joins nothing is no host of ours on the way', () => {
    expect(spoken({ path: path(stranger, { unjoined: ours }) })).toEqual([
      'strong spf-fail backscatter',
      'strong no-own-host backscatter',
      'weak own-host-unjoined backscatter',
    ]);
  });
  test('below a host of ours nothing needs to be said', () => {
    expect(spoken({ path: path(ours, { below: [ours], unjoined: ours }) })).toEqual([
      'decisive outbound-host genuine',
      'strong spf-pass genuine',
    ]);
  });
});

test.each([
  ['submitted', ['decisive own-report-submitted genuine']],
  ['unclear', ['strong own-report genuine']],
  ['relayed', []],
  ['no', []],
] as const)('a report by our own host: %s', (ownReport, expected) => expect(spoken({ ownReport })).toEqual(expected));
