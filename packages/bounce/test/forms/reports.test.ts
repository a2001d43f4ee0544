import { describe, expect, test } from 'vitest';
import { aggregateReportKind, isFailureReport } from '../../src/forms/reports.ts';
import { readParts } from '../../src/message.ts';

const SUBJECT = 'Report Domain: example.com Submitter: example.net Report-ID: 1';

describe('aggregate reports', () => {
  test.each([
    ['a zip under the standard subject', 'Content-Type: application/zip\n\nx', SUBJECT, 'report'],
    [
      'a gzip with the standard name',
      'Content-Type: application/octet-stream; name="a.example!b.example!1700000000!1700086399.xml.gz"\n\nx',
      'x',
      'report',
    ],
    [
      'a name in the disposition',
      'Content-Type: application/gzip\nContent-Disposition: attachment; filename="a.example!b.example!1700000000!1700086399!id.xml.gz"\n\nx',
      'x',
      'report',
    ],
    ['a TLS report', 'Content-Type: multipart/report; report-type=tlsrpt\n\nx', 'x', 'tls-report'],
    ['a TLS report by its part', 'Content-Type: application/tlsrpt+json\n\n{}', 'x', 'tls-report'],
    [
      'a TLS report by the name of its file',
      'Content-Type: application/gzip; name="a.example!b.example!1700000000!1700086399!id.json.gz"\n\nx',
      SUBJECT,
      'tls-report',
    ],
    [
      'a TLS report by a field of its header',
      'TLS-Report-Domain: a.example\nContent-Type: text/plain\n\nx',
      'x',
      'tls-report',
    ],
    ['the subject without an archive', 'Content-Type: text/plain\n\nx', SUBJECT, null],
    ['an archive without the subject', 'Content-Type: application/zip; name=photos.zip\n\nx', 'Photos', null],
  ])('%s: %s', (_name, text, subject, expected) =>
    expect(aggregateReportKind(readParts(text), subject)).toBe(expected),
  );
});

test.each([
  ['DMARC failure report for example.com', 'message/rfc822', true],
  ['[dmarc] forensic', 'text/rfc822-headers', true],
  ['DMARC failure report', 'text/plain', false],
  ['Our DMARC policy', 'message/rfc822', false],
])('%s with %s is a failure report: %s', (subject, type, expected) => {
  expect(isFailureReport(readParts(`Content-Type: ${type}\n\nFrom: a@example.com\n`), subject)).toBe(expected);
});
