import { describe, test } from 'vitest';
import { providerContract } from '../src/providers/contract.ts';
import { memory, name } from './support/zone.ts';

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
