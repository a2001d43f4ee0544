#!/usr/bin/env node
// Bundles what `tsc -b` built into packages/unsent/bundle: one file for what every command needs, one for each command
// and each thread, one for what several of them share. Starting then reads a few files instead of hundreds.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { noticesFor } from './lib/notices.mjs';
import { root } from './lib/run.mjs';

const PACKAGE = join(root, 'packages/unsent');
const OUT = join(PACKAGE, 'bundle');
/** Read by bin/unsent.js: of what state of the packages the bundle was made. */
const STAMP = join(OUT, 'made-from.json');
/** Not in the bundle: it finds its native part beside itself. */
const NATIVE = ['libsql'];

// Taken before anything is read: a compiler that runs meanwhile makes the bundle stale, never falsely fresh.
const stamp = buildTimes();
mkdirSync(OUT, { recursive: true });
rmSync(STAMP, { force: true });
const { metafile, outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: entryPoints(),
  outdir: OUT,
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  external: NATIVE,
  legalComments: 'none',
  // Some of the libraries are CommonJS and ask for Node's own modules by `require`.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  metafile: true,
  write: false,
});
for (const { path, contents } of outputFiles) writeWhole(path, contents);
writeWhole(join(OUT, 'THIRD-PARTY.txt'), noticesFor(Object.keys(metafile.inputs)));
checkThreads(outputFiles);
removeAllBut(new Set([...outputFiles.map(({ path }) => basename(path)), 'THIRD-PARTY.txt']));
writeWhole(STAMP, `${JSON.stringify(stamp)}\n`);

/** The command and its threads. A thread is started by the address of its file, which stays beside the others. */
function entryPoints() {
  const threads = readdirSync(join(PACKAGE, 'dist'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(^|[/-])worker\.js$/.test(path),
  );
  return ['main.js', ...threads].map((path) => ({
    in: join(PACKAGE, 'dist', path),
    out: basename(path, '.js'),
  }));
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
  const names = new Set(files.map(({ path }) => basename(path)));
  for (const { text, path } of files) {
    for (const [, name] of text.matchAll(/new URL\(["']\.\/([\w-]+\.js)["'], import\.meta\.url\)/g)) {
      if (!names.has(name)) throw new Error(`${basename(path)} starts ${name}, which is not in the bundle`);
    }
  }
}

/** Removes what an earlier bundle left. */
function removeAllBut(kept) {
  for (const name of readdirSync(OUT)) if (!kept.has(name)) rmSync(join(OUT, name));
}
