import { describe, expect, test } from 'vitest';
import { ownDomains } from '../src/own-domains.ts';
import { ownReportOf } from '../src/own-report.ts';
import { subjectOf } from '../src/subject.ts';
import { type BounceOptions, bounce, read } from './support/bounce.ts';
import { domain, own, prefix } from './support/case.ts';

const DOMAINS = ownDomains([own({ outbound: [prefix('192.0.2.7'), domain('relay.esp.example')] })]);
const NETWORKS = [prefix('192.0.2.7')];
const DATE = 'Mon, 02 Mar 2026 10:00:00 +0000';

async function told(options: BounceOptions): Promise<string> {
  const received = [`by out.example.com (Postfix) id 5A; ${DATE}`];
  const message = await read(bounce({ reporter: 'out.example.com', received, ...options }));
  return ownReportOf(message, subjectOf(message, DOMAINS), NETWORKS);
}

test('a report about a domain that is not ours is not by our own host', async () => {
  const message = await read(bounce({ reporter: 'out.example.com', received: [`by out.example.com id 5A; ${DATE}`] }));
  expect(ownReportOf(message, { ...subjectOf(message, DOMAINS), own: null }, NETWORKS)).toBe('no');
});

test('what is no report, or names no reporter, is not by our own host', async () => {
  const message = await read(bounce({ reporter: 'out.example.com', received: [`by out.example.com id 5A; ${DATE}`] }));
  const subject = subjectOf(message, DOMAINS);
  if (message.report === null) throw new Error('a bounce has a report');
  expect(ownReportOf({ ...message, report: null }, subject, NETWORKS)).toBe('no');
  expect(ownReportOf({ ...message, report: { ...message.report, reportedBy: null } }, subject, NETWORKS)).toBe('no');
});

function returned(...lines: string[]): string[] {
  return [
    ...lines.map((line) => `Received: ${line}; ${DATE}`),
    'From: anna@example.com',
    'Message-ID: <1@example.com>',
  ];
}

const FILTER = 'from localhost (localhost [127.0.0.1]) by out.example.com with ESMTP';

describe('a report by our own host', () => {
  test.each<[string, BounceOptions, string]>([
    [
      'about mail from inside',
      { original: returned('from app (app [10.0.0.7]) by out.example.com with ESMTP') },
      'submitted',
    ],
    [
      'about mail of a user who logged in',
      { original: returned('from pc (x [203.0.113.50]) by out.example.com with ESMTPSA') },
      'submitted',
    ],
    [
      'about mail that a stranger handed in',
      { original: returned('from pc (x [203.0.113.50]) by out.example.com with ESMTP') },
      'relayed',
    ],
    [
      'the same through a content filter',
      { original: returned(FILTER, 'from pc (x [203.0.113.50]) by mx.example.com with ESMTP') },
      'relayed',
    ],
    [
      'a user’s, through a content filter',
      { original: returned(FILTER, 'from pc (x [203.0.113.50]) by out.example.com with ESMTPSA') },
      'submitted',
    ],
    [
      'a forged "authenticated" line of another host',
      { original: returned('from pc (x [203.0.113.50]) by mx.invalid with ESMTPSA') },
      'unclear',
    ],
    ['without the original', { original: null }, 'unclear'],
    ['from a named host of ours', { reporter: 'relay.esp.example', original: null }, 'unclear'],
    [
      'that came over one of our hosts',
      { received: [`from out.example.com (x [192.0.2.7]) by mail.example.com; ${DATE}`], original: null },
      'unclear',
    ],
    [
      'that came from a stranger',
      { received: [`from out.example.com (x [203.0.113.9]) by mail.example.com; ${DATE}`], original: null },
      'no',
    ],
    ['of another host', { reporter: 'mx.reporter.example', original: null }, 'no'],
    [
      'that a stranger brought to a host of ours',
      {
        received: [
          `from mail.example.com (x [192.0.2.7]) by in.example.com; ${DATE}`,
          `from out.example.com (x [203.0.113.9]) by mail.example.com; ${DATE}`,
        ],
        original: null,
      },
      'no',
    ],
    [
      'about mail that a line without an address hides',
      {
        original: returned(
          'from filter by out.example.com with LMTP',
          'from pc (x [203.0.113.50]) by out.example.com with ESMTP',
        ),
      },
      'relayed',
    ],
    ['of a host whose name is none', { reporter: 'out..example.com', original: null }, 'no'],
    ['without any Received line', { received: [], original: null }, 'no'],
  ])('%s', async (_title, options, expected) => expect(await told(options)).toBe(expected));
});
