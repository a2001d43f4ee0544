import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'examples/joe-job');
const again = mkdtempSync(join(tmpdir(), 'unsent-joe-job-'));

afterAll(() => rmSync(again, { recursive: true, force: true }));

describe('the example mailbox', () => {
  execFileSync(process.execPath, [join(root, 'scripts/make-joe-job.mjs'), again]);

  test.each(readdirSync(again))('%s is what the generator writes', (name) => {
    expect(readFileSync(join(again, name)).equals(readFileSync(join(example, name)))).toBe(true);
  });

  test('every name is reserved by RFC 2606 and every address by RFC 5737 or RFC 3849', () => {
    const text = readFileSync(join(example, 'mailbox.mbox'), 'utf8');
    const names = text.match(/(?<=@)[a-z0-9.-]+\.[a-z]{2,}/g) ?? [];
    expect(names.filter((name) => !name.endsWith('.example'))).toEqual([]);
    const addresses = text.match(/(?<=\[)\d+\.\d+\.\d+\.\d+(?=\])/g) ?? [];
    expect(addresses.filter((address) => !/^(192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address))).toEqual([]);
    const networks = text.match(/(?<=IPv6:)[0-9a-f]+:[0-9a-f]+/g) ?? [];
    expect(networks.filter((network) => network !== '2001:db8')).toEqual([]);
  });

  test('its lines end in LF alone', () => {
    expect(readFileSync(join(example, 'mailbox.mbox')).includes('\r')).toBe(false);
  });
});
