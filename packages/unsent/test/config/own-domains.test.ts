import { describe, expect, test } from 'vitest';
import { name } from '../../../../test/support/names.ts';
import { ownDomainsFrom, readBatvSecrets } from '../../src/config/own-domains.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { makeConfig } from '../../src/config.ts';

function configOf(text: string) {
  const parsed = parseConfig(text);
  if (parsed.kind === 'wrong') throw new Error(JSON.stringify(parsed.problems));
  return makeConfig('/etc/unsent/unsent.yaml', parsed.tree, {});
}

const config = configOf(`
domains:
  unused: [{name: parked.example, since: 2026-01-01}]
  receiving: [tickets.example]
  sending:
    a.example: {outbound: [192.0.2.0/24, out.a.example], batv: {keys: [{digit: 3, secret: {env: K}}]}}
`);

describe('own domains', () => {
  test.each([
    ['parked.example', 'unused'],
    ['www.parked.example', 'unused'],
    ['tickets.example', 'receiving'],
    ['a.example', 'sending'],
  ])('%s is %s', (domain, use) => {
    expect(ownDomainsFrom(config, []).find(name(domain))?.use).toBe(use);
  });

  test('a stranger is not ours', () => {
    expect(ownDomainsFrom(config, []).find(name('other.example'))).toBeNull();
  });

  test('a domain that was locked knows when', () => {
    const lockedAt = new Date('2026-11-01T00:00:00Z');
    const domains = ownDomainsFrom(config, [
      { name: name('tickets.example'), lockedAt },
      { name: name('forgotten.example'), lockedAt },
    ]);
    expect(domains.find(name('tickets.example'))).toMatchObject({ use: 'receiving', lockedAt });
    expect(domains.find(name('forgotten.example'))).toMatchObject({ use: 'unused', since: lockedAt, lockedAt });
  });

  test('signing keys come from where the configuration says', async () => {
    const secrets = await readBatvSecrets(config, { K: 'key\n' });
    expect(ownDomainsFrom(config, [], secrets).find(name('a.example'))?.batvKeys).toEqual([
      { digit: 3, secret: 'key' },
    ]);
    await expect(readBatvSecrets(config, {})).rejects.toMatchObject({
      code: 'secret-missing',
      message: 'cannot read the BATV key 3 of a.example: the environment variable K is not set',
    });
  });
});
