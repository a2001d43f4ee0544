import { describe, expect, test } from 'vitest';
import { parseReceived } from '../src/original-received.ts';

type Row = readonly [
  name: string,
  raw: string,
  helo: string | null,
  ptr: string | null,
  ip: string | null,
  by: string | null,
];

const ROWS: readonly Row[] = [
  [
    'Postfix',
    'from h.example (p.example [192.0.2.1])\n\tby mx.example (Postfix) with ESMTPS id A1;\n\tMon, 2 Mar 2026 10:00:00 +0000',
    'h.example',
    'p.example',
    '192.0.2.1',
    'mx.example',
  ],
  [
    'Postfix without PTR',
    'from h.example (unknown [IPv6:2001:db8::1]) by mx.example (Postfix); x',
    'h.example',
    null,
    '2001:db8::1',
    'mx.example',
  ],
  ['Postfix, local', 'by mx.example (Postfix, from userid 33) id A1; x', null, null, null, 'mx.example'],
  [
    'Exim',
    'from [192.0.2.1] (helo=h.example) by mx.example with esmtp (Exim 4.97) id 1a; x',
    'h.example',
    null,
    '192.0.2.1',
    'mx.example',
  ],
  [
    'Exim with a name and a port',
    'from p.example ([192.0.2.1]:2525 helo=h.example) by mx.example with esmtps; x',
    'h.example',
    'p.example',
    '192.0.2.1',
    'mx.example',
  ],
  [
    'Sendmail, name not confirmed',
    'from h.example (p.example [192.0.2.1] (may be forged)) by mx.example (8.17) with ESMTP; x',
    'h.example',
    null,
    '192.0.2.1',
    'mx.example',
  ],
  [
    'qmail',
    'from unknown (HELO h.example) (192.0.2.1)\n  by mx.example with SMTP; 2 Mar 2026 10:00:00 -0000',
    'h.example',
    null,
    '192.0.2.1',
    'mx.example',
  ],
  ['qmail, inside', '(qmail 1 invoked from network); 2 Mar 2026 10:00:00 -0000', null, null, null, null],
  [
    'Gmail',
    'from h.example (p.example. [192.0.2.1]) by mx.example with ESMTPS id a1 for <x@y.example>; x',
    'h.example',
    'p.example',
    '192.0.2.1',
    'mx.example',
  ],
  [
    'Exchange',
    'from h.example (192.0.2.1) by mx.example (192.0.2.2) with Microsoft SMTP Server (TLS) id 15.0; x',
    'h.example',
    null,
    '192.0.2.1',
    'mx.example',
  ],
  [
    'an address literal as HELO',
    'from [10.0.0.1] (p.example [192.0.2.1]) by mx.example (Postfix); x',
    '10.0.0.1',
    'p.example',
    '192.0.2.1',
    'mx.example',
  ],
  ['capitals', 'FROM h.example ([192.0.2.1]) BY mx.example WITH SMTP; x', 'h.example', null, '192.0.2.1', 'mx.example'],
  ['an address that is none', 'from h.example ([999.0.2.1]) by mx.example; x', 'h.example', null, null, 'mx.example'],
  ['nothing', '', null, null, null, null],
];

describe('who handed a message over, in the words of many servers', () => {
  test.each(ROWS)('%s', (_name, raw, helo, ptr, ip, by) => {
    const hop = parseReceived(raw);
    expect([hop.helo, hop.fromName, hop.ip?.text ?? null, hop.by]).toEqual([helo, ptr, ip, by]);
  });

  test('protocol, id and date', () => {
    const hop = parseReceived('from a by b with ESMTPSA\n\tid A1 for <x@y.example>; Mon, 2 Mar 2026 10:00:00 +0100');
    expect([hop.with, hop.id, hop.date?.toISOString(), hop.isAuthenticated]).toEqual([
      'ESMTPSA',
      'A1',
      '2026-03-02T09:00:00.000Z',
      true,
    ]);
    expect(parseReceived('from a by b with SMTP id 1; 2 Mar 2026 10:00:00 -0000').isAuthenticated).toBe(false);
  });
});
