import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PolicyAction } from '../src/action.ts';
import { formatAction, MAX_REQUEST_BYTES, takeRequest } from '../src/protocol.ts';
import { attributesOf } from '../src/read-request.ts';

const RCPT = [
  'request=smtpd_access_policy',
  'protocol_state=RCPT',
  'client_address=192.0.2.7',
  'client_name=mx.example.net',
  'helo_name=mx.example.net',
  'sender=a b@Example.NET',
  'recipient=user@example.com',
  'instance=1a2b.655e.0',
  'queue_id=',
  'sasl_username=',
  'some_future_attribute=x=y',
  '',
  '',
].join('\n');

describe('takeRequest', () => {
  test('reads the attributes of a request, the unknown ones too', () => {
    const taken = takeRequest(Buffer.from(`${RCPT}next`));
    if (taken.kind !== 'request') throw new Error(taken.kind);
    expect(taken.length).toBe(RCPT.length);
    expect(taken.request).toMatchObject({
      protocolState: 'RCPT',
      client: { text: '192.0.2.7' },
      helo: 'mx.example.net',
      sender: 'a b@Example.NET',
      recipient: 'user@example.com',
      instance: '1a2b.655e.0',
    });
    expect(attributesOf(taken.request).get('some_future_attribute')).toBe('x=y');
  });

  test('values that are no ASCII are read as UTF-8, the unknown ones too', () => {
    const taken = takeRequest(Buffer.from('sender=jos\u00e9@example.net\nhelo_name=\u00e4\nother=\u20ac\n\n'));
    if (taken.kind !== 'request') throw new Error(taken.kind);
    expect(taken.request).toMatchObject({ sender: 'jos\u00e9@example.net', helo: '\u00e4' });
    expect(attributesOf(taken.request).get('other')).toBe('\u20ac');
  });

  test.each([
    ['', 'need-more'],
    ['request=smtpd_access_policy', 'need-more'],
    ['request=smtpd_access_policy\n', 'need-more'],
    ['\n', 'request'],
    ['a=b\n\n', 'request'],
    ['a=\n\n', 'request'],
    ['client_address=not-an-address\n\n', 'request'],
    ['no equals sign\n\n', 'malformed'],
    ['=value\n\n', 'malformed'],
    [`a=${'x'.repeat(MAX_REQUEST_BYTES)}`, 'malformed'],
    [`a=${'x'.repeat(MAX_REQUEST_BYTES)}\n\n`, 'malformed'],
  ])('%j is %s', (text, kind) => {
    expect(takeRequest(Buffer.from(text)).kind).toBe(kind);
  });

  test('a missing or broken client address is null, a mapped one is IPv4', () => {
    const clientOf = (text: string): string | null => {
      const taken = takeRequest(Buffer.from(`client_address=${text}\n\n`));
      return taken.kind === 'request' ? (taken.request.client?.text ?? null) : 'malformed';
    };
    expect(clientOf('')).toBe(null);
    expect(clientOf('unknown')).toBe(null);
    expect(clientOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(clientOf('2001:db8::1')).toBe('2001:db8::1');
  });

  test('any chunking of the stream gives the same requests', () => {
    const requests = fc.array(
      fc.array(fc.tuple(fc.stringMatching(/^[a-z_]{1,12}$/), fc.stringMatching(/^[^\n]{0,20}$/)), {
        minLength: 1,
        maxLength: 5,
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(requests, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (sent, sizes) => {
        const stream = Buffer.from(
          sent.map((one) => `${one.map(([name, value]) => `${name}=${value}\n`).join('')}\n`).join(''),
        );
        const read = readInChunks(stream, sizes);
        expect(read).toEqual(sent.map((one) => Object.fromEntries(one)));
      }),
    );
  });

  test('any bytes are read without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['request', 'need-more', 'malformed']).toContain(takeRequest(Buffer.from(bytes)).kind);
      }),
    );
  });
});

function readInChunks(stream: Buffer, sizes: Iterator<number>): Record<string, string>[] {
  const read: Record<string, string>[] = [];
  let buffer: Buffer = Buffer.alloc(0);
  let scanned = 0;
  for (let at = 0; at < stream.length; ) {
    const size: number = sizes.next().value ?? 1;
    buffer = Buffer.concat([buffer, stream.subarray(at, at + size)]);
    at += size;
    for (let taken = takeRequest(buffer, 0, scanned); taken.kind === 'request'; taken = takeRequest(buffer)) {
      read.push(Object.fromEntries(attributesOf(taken.request)));
      buffer = buffer.subarray(taken.length);
      scanned = 0;
    }
    scanned = buffer.length;
  }
  return read;
}

describe('formatAction', () => {
  test.each<[PolicyAction, string]>([
    [{ kind: 'dunno' }, 'action=DUNNO'],
    [{ kind: 'reject', replyCode: null, status: '5.7.1', text: 'no' }, 'action=REJECT 5.7.1 no'],
    [{ kind: 'reject', replyCode: 550, status: '5.7.23', text: 'no' }, 'action=550 5.7.23 no'],
    [{ kind: 'defer', status: '4.7.24', text: 'later' }, 'action=DEFER_IF_PERMIT 4.7.24 later'],
    [{ kind: 'prepend', header: 'Received-SPF: pass' }, 'action=PREPEND Received-SPF: pass'],
    [{ kind: 'restriction', name: 'check_greylist' }, 'action=check_greylist'],
    [
      { kind: 'reject', replyCode: null, status: '5.7.1', text: 'a\r\n\naction=OK' },
      'action=REJECT 5.7.1 a   action=OK',
    ],
    [{ kind: 'reject', replyCode: null, status: '5.7.1', text: 'grüße\u202e' }, 'action=REJECT 5.7.1 gr??e?'],
  ])('%j → %s', (action, line) => {
    expect(formatAction(action)).toBe(`${line}\n\n`);
  });

  test('a header field is whole, however long it is', () => {
    const header = `X-Long: ${'x'.repeat(990)}`;
    expect(formatAction({ kind: 'prepend', header })).toBe(`action=PREPEND ${header}\n\n`);
  });

  test('a refusal is one line of bounded length, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const answer = formatAction({ kind: 'reject', replyCode: null, status: '5.7.23', text });
        expect(answer).toMatch(/^action=REJECT 5\.7\.23 [\x20-\x7e]*\n\n$/);
        expect(answer.length).toBeLessThan(1000);
      }),
    );
  });
});
