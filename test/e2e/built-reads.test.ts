import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runUnsent } from '../support/cli.ts';

// The units read the sources; what people start is the bundle made of them, which must read every language as they do.
const cases = fileURLToPath(new URL('../../packages/bounce/test/fixtures/bounces', import.meta.url));

test('the built command takes every synthetic message for what it is', async () => {
  const names = readdirSync(cases);
  const paths = names.map((name) => `${cases}/${name}/message.eml`);
  const globals = ['--json', '--dns', 'zone:/dev/null', '--state', ':memory:'];
  const { stdout, stderr } = await runUnsent(['scan', '--forget', ...globals, ...paths]);
  expect(stderr).toBe('');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const read = new Map(lines.map(({ id, kind }) => [id, kind]));
  expect(names.map((name, at) => `${name}: ${read.get(paths[at])}`)).toEqual(
    names.map((name) => `${name}: ${JSON.parse(readFileSync(`${cases}/${name}/expected.json`, 'utf8')).kind}`),
  );
});
