#!/usr/bin/env node
// Bundles what `tsc -b` built into packages/unsent/bundle: one file for what every command needs, one for each command
// and each thread, one for what several of them share. Starting then reads a few files instead of hundreds, as CommonJS,
// because Node starts sooner without its module loader and only scripts can be kept compiled (bundle/load.cjs).
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, transform } from 'esbuild';
import { packed } from './bundle/packs.mjs';
import { noticesFor } from './lib/notices.mjs';
import { root, run } from './lib/run.mjs';

const PACKAGE = join(root, 'packages/unsent');
const OUT = join(PACKAGE, 'bundle');
/** Read by bin/unsent.js: of what state of the packages the bundle was made. */
const STAMP = join(OUT, 'made-from.json');
/** Not in the bundle: it finds its native part beside itself. */
const NATIVE = ['libsql'];
/** Modules of Node that it has not loaded when a command starts, as esbuild imports them where it needs no copy. */
const SLOW_MODULE =
  /\b(var import_\w+=)require\(("node:(?:child_process|crypto|dgram|dns\/promises|fs\/promises|http|https|net|os|stream|tls|v8|worker_threads|zlib)")\)/g;
const TARGET = 'node20.19';
const HERE = join(root, 'scripts/bundle');

/** The same library as modules: only what is used of it, and half the time to load. */
const yamlAsModules = {
  name: 'yaml-as-modules',
  setup(build) {
    build.onResolve({ filter: /^yaml$/ }, ({ path, ...from }) => {
      if (from.pluginData === 'inner') return undefined;
      return build.resolve('yaml/package.json', { ...from, pluginData: 'inner' }).then((found) => ({
        path: join(dirname(found.path), 'browser/index.js'),
      }));
    });
  },
};

/** Commander loads child_process for commands that are programs of their own; we have none. */
const commanderAlone = {
  name: 'commander-alone',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /node_modules\/commander\//.test(importer) ? { path: 'no-child-process', namespace: 'empty' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
  },
};

// Taken before anything is read: a compiler that runs meanwhile makes the bundle stale, never falsely fresh.
const stamp = `${JSON.stringify(buildTimes())}\n`;
if (process.argv.includes('--if-stale') && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) process.exit(0);
const { metafile, outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: entryPoints(),
  outdir: OUT,
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: TARGET,
  external: NATIVE,
  legalComments: 'none',
  inject: [join(HERE, 'performance.mjs')],
  plugins: [yamlAsModules, commanderAlone],
  metafile: true,
  write: false,
});
const files = new Map(await Promise.all(outputFiles.map(asCommonJs)));
checkThreads(files);
for (const thread of threads()) {
  const name = basename(thread);
  files.set(`thread-${name}`, files.get(name));
  files.set(name, `require('./load.js').load('thread-${name}');\n`);
}
for (const [name, contents] of packed(files, metafile)) files.set(name, contents);
for (const name of ['load', 'compile']) files.set(`${name}.js`, readFileSync(join(HERE, `${name}.cjs`), 'utf8'));
files.set('package.json', '{ "type": "commonjs" }\n');
files.set('THIRD-PARTY.txt', noticesFor(Object.keys(metafile.inputs)));
write();

/** All at once for whoever starts meanwhile: without the stamp nobody starts the bundle. */
function write() {
  mkdirSync(OUT, { recursive: true });
  rmSync(STAMP, { force: true });
  for (const [name, contents] of files) writeWhole(join(OUT, name), contents);
  for (const name of readdirSync(OUT)) if (!files.has(name)) rmSync(join(OUT, name), { recursive: true });
  run(process.execPath, [join(OUT, 'compile.js')]);
  writeWhole(STAMP, stamp);
}

/** Name and text of a file as load.js loads it. */
async function asCommonJs({ path, text }) {
  const lazy = text.replaceAll(/\bimport\(("(?:\.\/|node:)[^"]+")\)/g, 'Promise.resolve().then(() => require($1))');
  const { code } = await transform(lazy, {
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    define: { 'import.meta': '__meta' },
    minifyWhitespace: true,
    legalComments: 'none',
  });
  return [basename(path), code.replaceAll(SLOW_MODULE, '$1later($2)')];
}

/** The command and its threads. A thread is started by the address of its file, which stays beside the others. */
function entryPoints() {
  return ['main.js', ...threads()].map((path) => ({ in: join(PACKAGE, 'dist', path), out: basename(path, '.js') }));
}

function threads() {
  const paths = readdirSync(join(PACKAGE, 'dist'), { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => /(^|[/-])worker\.js$/.test(path));
}

/** When the compiler last wrote each package, by the path of its build file from the bundle's folder. */
function buildTimes() {
  const packages = readdirSync(join(root, 'packages'));
  return Object.fromEntries(
    packages.map((name) => [
      `../../${name}/dist/.tsbuildinfo`,
      statSync(join(root, 'packages', name, 'dist/.tsbuildinfo')).mtimeMs,
    ]),
  );
}

/** A process that starts meanwhile reads the old file or the new one, never half of it. */
function writeWhole(path, contents) {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, contents);
  renameSync(unfinished, path);
}

/** Every `new URL('./x.js', import.meta.url)` in the code must be a file of the bundle. */
function checkThreads(files) {
  for (const [path, text] of files) {
    for (const [, name] of text.matchAll(/new URL\(["']\.\/([\w-]+\.js)["'],\s*__meta\.url\)/g)) {
      if (!files.has(name)) throw new Error(`${path} starts ${name}, which is not in the bundle`);
    }
  }
}
