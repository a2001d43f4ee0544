import { parseZoneText, zoneResolver } from '@unsent/dns';
import { expect, test } from 'vitest';
import { name } from '../../../../test/support/names.ts';
import { assess } from '../../src/audit/assess.ts';
import type { Assessment } from '../../src/audit/assessment.ts';
import { gatherFacts } from '../../src/audit/gather.ts';

const DOMAIN = name('d.example');
const SPF = '@ TXT "v=spf1 -all"';
const DMARC = '_dmarc TXT "v=DMARC1; p=reject"';
const NULL_MX = '@ MX 0 .';
const LOOPBACK = '@ MX 10 lo\nlo A 127.0.0.1\n@ MX 20 mx.other.example.';

/** The audit of d.example where questions about the names `failing` come to nothing. */
async function audit(zone: string, ...failing: readonly string[]): Promise<Assessment> {
  const { records } = parseZoneText(`@ NS ns\nns A 192.0.2.53\n${zone}`, { origin: DOMAIN });
  const resolver = zoneResolver(records, { failing: failing.map((one) => ({ name: name(one), cause: 'servfail' })) });
  const facts = await gatherFacts(DOMAIN, 'unknown', resolver, null, new AbortController().signal);
  return assess({ ...facts, journal: null });
}

test.each([
  ['an MX host beside a loopback one', `${SPF}\n${DMARC}\n${LOOPBACK}`, 'mx.other.example', 'mx'],
  ['the only MX host', `${SPF}\n${DMARC}\n@ MX 10 mx.other.example.`, 'mx.other.example', 'mx'],
  ['an include', `@ TXT "v=spf1 include:s.example -all"\n${DMARC}\n${NULL_MX}`, 's.example', 'spf'],
  ['DMARC of the domain', `${SPF}\n${DMARC}\n${NULL_MX}`, '_dmarc.d.example', 'dmarc'],
  ['DMARC further up, without a record of its own', `${SPF}\n${NULL_MX}`, '_dmarc.example', 'dmarc'],
])(
  'where %s cannot be looked up nothing is concluded, and the finding says so',
  async (_title, zone, failing, subject) => {
    const { status, findings } = await audit(zone, failing);
    expect(status).toBe('unknown');
    const [failure, another] = findings.filter(({ code }) => code === 'dns-failure');
    expect(failure).toMatchObject({ severity: 'problem', subject });
    expect(failure?.message).toContain(`${failing} is set to fail`);
    expect(another).toBeUndefined();
  },
);

test('a real MX host is told from loopback ones whatever fails beside it', async () => {
  const { status } = await audit(`${SPF}\n${DMARC}\n@ MX 5 m\nm A 192.0.2.1\n${LOOPBACK}`, 'mx.other.example');
  expect(status).toBe('live');
});

// RFC 9989 §4.10.1: what stands higher is looked at only where the domain has no record.
test('its own DMARC record decides, whatever fails further up', async () => {
  const { status, findings } = await audit(`${SPF}\n${DMARC}\n${NULL_MX}`, '_dmarc.example');
  expect(status).toBe('locked');
  expect(findings.filter(({ severity }) => severity === 'problem')).toEqual([]);
});

test.each([
  ['of its own', ['_dmarc.example']],
  ['of the target', ['_dmarc.reports.test']],
])('a report target is not said to have refused where the organisation %s cannot be told', async (_title, failing) => {
  const dmarc = '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:a@in.reports.test"\nin.reports.test. A 192.0.2.9';
  const { findings } = await audit(`${SPF}\n${NULL_MX}\n${dmarc}`, ...failing);
  expect(findings.map(({ code }) => code)).not.toContain('rua-not-agreed');
});
