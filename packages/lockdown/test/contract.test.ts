import { describe, expect, test } from 'vitest';
import { providerContract } from '../src/providers/contract.ts';
import { memory, name, records } from './support/zone.ts';

describe.each([
  ['everything a provider can do', {}],
  ['no comments, one TTL for a set', { comments: false, tags: false, ttlPerRecord: false }],
  ['no null MX', { nullMx: false }],
])('the in-memory provider: %s', (_, capabilities) => {
  const provider = memory('@ 300 NS ns1.example.net.\nx 300 A 192.0.2.1', { capabilities });
  for (const { title, tell } of providerContract(async () => ({ provider, zone: name('example.com') }))) {
    test(title, tell);
  }
});

describe('the in-memory provider below a DNAME (RFC 6672 §2.4)', () => {
  const write = async (zone: string, line: string) => {
    const provider = memory(zone);
    const base = await provider.read(name('example.com'));
    const changes = records(line).map((record) => ({ op: 'create' as const, record, why: '' }));
    return provider.write(base, changes);
  };

  test.each([
    ['@ 300 DNAME other.example.', 'loopback 300 A 127.0.0.1', 'example.com is a DNAME'],
    ['old 300 DNAME other.example.', 'a.b.old 300 TXT hello', 'old.example.com is a DNAME'],
  ])('with %s it refuses %s', async (zone, line, message) => {
    await expect(write(zone, line)).rejects.toMatchObject({
      code: 'provider-refused',
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ['@ 300 DNAME other.example.', '@ 300 TXT hello'],
    ['old 300 DNAME other.example.', 'bold 300 TXT hello'],
    ['old 300 DNAME other.example.\nhidden.old 300 A 192.0.2.1', '@ 300 TXT hello'],
  ])('with %s it takes %s', async (zone, line) => {
    await expect(write(zone, line)).resolves.toBeUndefined();
  });
});
