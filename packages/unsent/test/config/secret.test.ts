import { expect, test } from 'vitest';
import { readSecret } from '../../src/config/secret.ts';

const PLANTED = { CLOUDFLARE_API_TOKEN: 'planted-7Qw3', PGPASSWORD: 'planted-4Vb0' };
const WHERE = {
  PATH: process.env['PATH'],
  HOME: '/home/anna',
  LC_ALL: 'C',
  XDG_RUNTIME_DIR: '/run/user/1000',
  TZ: 'UTC',
};

test('a command finds where things are, and no secret of another part', async () => {
  const place = { kind: 'command', command: 'env' } as const;
  const found = await readSecret(place, 'the password', { ...WHERE, ...PLANTED, GNUPGHOME: undefined });
  expect(found).toContain('HOME=/home/anna\n');
  for (const name of Object.keys(WHERE)) expect(found).toMatch(new RegExp(`^${name}=`, 'm'));
  expect(found).not.toContain('planted-');
});

test('a secret in a variable is read as ever', async () => {
  const place = { kind: 'env', name: 'PGPASSWORD' } as const;
  expect(await readSecret(place, 'the password', PLANTED)).toBe('planted-4Vb0');
});
