import { zoneResolver } from '@unsent/dns';
import { expect, test } from 'vitest';
import { modelledRecords } from '../src/proof.ts';
import { checkReportAddresses } from '../src/rua.ts';
import { name, records } from './support/zone.ts';

const ZONE = name('example.com');
const DNS = zoneResolver(
  modelledRecords(
    records(
      `
      example.com._report._dmarc.willing.example. 300 TXT v=DMARC1
      *._report._dmarc.open.example. 300 TXT v=DMARC1;
      example.com._report._dmarc.odd.example. 300 TXT hello
    `,
    ),
  ),
  { failing: [{ name: name('example.com._report._dmarc.broken.example') }] },
);

test.each([
  ['a domain that says yes', 'mailto:d@willing.example', null],
  ['a domain that says yes to everybody', 'mailto:d@open.example!10m', null],
  ['the domain itself', 'mailto:d@example.com', null],
  ['a domain below it', 'mailto:d@reports.example.com', null],
  ['a domain that says nothing', 'mailto:d@silent.example', 'publish example.com._report._dmarc.silent.example'],
  ['a record that is no yes', 'mailto:d@odd.example', 'publish example.com._report._dmarc.odd.example'],
  ['a question that fails', 'mailto:d@broken.example', 'could not be asked'],
  ['what is no mail address', 'https://reports.example/', null],
])('reports to %s', async (_, uri, expected) => {
  const notes = await checkReportAddresses(ZONE, [uri], DNS);
  expect(notes.map(({ message }) => message)).toEqual(expected === null ? [] : [expect.stringContaining(expected)]);
});
