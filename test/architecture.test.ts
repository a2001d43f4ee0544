import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { circlesIn, functionLengths, importsOf } from './support/source.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Layers: what each package may import of the workspace. Siblings never import each other. */
const WORKSPACE_IMPORTS: Record<string, readonly string[]> = {
  dns: [],
  spf: ['@unsent/dns'],
  bounce: ['@unsent/dns', '@unsent/spf'],
  lockdown: ['@unsent/dns', '@unsent/spf'],
  policyd: ['@unsent/dns', '@unsent/spf'],
  store: ['@unsent/dns'],
  unsent: ['@unsent/dns', '@unsent/spf', '@unsent/bounce', '@unsent/lockdown', '@unsent/policyd', '@unsent/store'],
};

/** Libraries a package may carry, so that nobody who installs one package pays for another's. */
const LIBRARIES: Record<string, readonly string[]> = {
  dns: ['dns-packet'],
  spf: [],
  bounce: ['mailparser', '@zone-eu/mailsplit', 'imapflow', 'tldts'],
  lockdown: ['cloudflare', 'dns-packet'],
  policyd: [],
  store: ['libsql', 'pg', 'pg-boss'],
  unsent: ['commander', 'valibot', 'yaml', 'pino', 'prom-client', '@observablehq/plot', 'linkedom'],
};

/** Files that may touch sockets, files, processes, the clock or randomness. `null`: the whole package may. */
const IO_FILES: Record<string, RegExp | null> = {
  dns: /^src\/(client(-[a-z]+)*|client\/.+|authoritative)\.ts$/,
  spf: /^$/,
  bounce: /^src\/sources\/.+\.ts$/,
  lockdown: /^src\/providers\/.+\.ts$/,
  policyd: /^src\/(server|server-[a-z]+|listen)\.ts$/,
  store: null,
  unsent: null,
};

const IO_MODULES =
  /^node:(fs|fs\/promises|net|dgram|tls|http|https|child_process|worker_threads|dns|dns\/promises|readline|os|process)$/;
const IO_CALLS =
  /\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|process\.(env|stdout|stderr|stdin|argv|exit)|console\.|fetch\()/;

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 60;

const files = Object.keys(WORKSPACE_IMPORTS).flatMap((name) =>
  sourcesBelow(join(root, 'packages', name, 'src')).map((path) => ({
    name,
    path: relative(join(root, 'packages', name), path),
    text: readFileSync(path, 'utf8'),
  })),
);

describe.each(Object.keys(WORKSPACE_IMPORTS))('package %s', (name) => {
  const own = files.filter((file) => file.name === name);

  test('imports only what its layer allows', () => {
    const allowed = [...(WORKSPACE_IMPORTS[name] ?? []), ...(LIBRARIES[name] ?? [])];
    const wrong = own.flatMap(({ path, text }) =>
      importsOf(text)
        .filter((specifier) => !specifier.startsWith('node:') && !specifier.startsWith('.'))
        .filter((specifier) => !allowed.some((one) => specifier === one || specifier.startsWith(`${one}/`)))
        .map((specifier) => `${path}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  test('does input and output only where the architecture places it', () => {
    const place = IO_FILES[name];
    if (place === null || place === undefined) return;
    const wrong = own
      .filter(({ path }) => !place.test(path))
      .flatMap(({ path, text }) => [
        ...importsOf(text)
          .filter((specifier) => IO_MODULES.test(specifier))
          .map((specifier) => `${path}: imports ${specifier}`),
        ...code(text)
          .filter((line) => IO_CALLS.test(line))
          .map((line) => `${path}: ${line.trim()}`),
      ]);
    expect(wrong).toEqual([]);
  });

  test('keeps files and functions small enough to read', () => {
    const longFiles = own
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_FILE_LINES);
    const longFunctions = own.flatMap(({ path, text }) =>
      functionLengths(text)
        .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
        .map(({ name: called, lines }) => `${path}: ${called} (${lines} lines)`),
    );
    expect({ longFiles, longFunctions }).toEqual({ longFiles: [], longFunctions: [] });
  });

  test('has no circle of files that import one another, types included', () => {
    const graph = new Map(
      own.map(({ path, text }) => [
        path,
        importsOf(text)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => join(dirname(path), specifier)),
      ]),
    );
    expect(circlesIn(graph)).toEqual([]);
  });

  test('has no default export', () => {
    const wrong = own.filter(({ text }) => /^export default/m.test(text)).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });
});

test('the budget of functions is really measured', () => {
  const text = ['function long() {', ...Array<string>(70).fill('  step();'), '}', 'const short = () => {', '};'].join(
    '\n',
  );
  expect(functionLengths(text)).toEqual([
    { name: 'long', lines: 72 },
    { name: 'short', lines: 2 },
  ]);
});

test('circles are found, each once, and nothing else is one', () => {
  const graph = new Map([
    ['a', ['b', 'd']],
    ['b', ['c']],
    ['c', ['a', 'd']],
    ['d', []],
    ['e', ['f', 'missing']],
    ['f', ['e']],
  ]);
  expect(circlesIn(graph)).toEqual([
    ['a', 'b', 'c'],
    ['e', 'f'],
  ]);
});

test('imports are found in every form', () => {
  const text =
    "import 'a';\nimport x from \"b\";\nimport {\n  y,\n} from 'c';\nexport { z } from 'd';\nawait import('e');";
  expect(importsOf(text)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));
}

/** Lines that are not comments. */
function code(text: string): string[] {
  return text.split('\n').filter((line) => !/^\s*(\/\/|\/?\*)/.test(line));
}
