// The npm packages: the libraries as the compiler wrote them, the command as a bundle whose one dependency is libsql.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNPM, root, run } from '../lib/run.mjs';
import { placeCommand, placePages } from './command.mjs';

export const LIBRARIES = ['dns', 'spf', 'bounce', 'lockdown', 'policyd', 'store'];

/** Packs every package into `out`; returns the paths of the tarballs. */
export function makeNpmPackages(out) {
  mkdirSync(out, { recursive: true });
  // pnpm writes real versions where the manifests say `workspace:` and `catalog:`, and adds the licence.
  for (const name of LIBRARIES) pack(join(root, 'packages', name), out);
  const stage = mkdtempSync(join(tmpdir(), 'unsent-release-'));
  placeCommand(stage);
  placePages(join(stage, 'docs'));
  const unsent = join(root, 'packages/unsent');
  for (const file of ['README.md', 'unsent.schema.json']) cpSync(join(unsent, file), join(stage, file));
  cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'));
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(publishedManifest(), null, 2)}\n`);
  run('npm', ['pack', '--silent', '--pack-destination', out], { cwd: stage, quiet: true });
  rmSync(stage, { recursive: true });
  return readdirSync(out)
    .sort()
    .map((name) => join(out, name));
}

function pack(folder, out) {
  run('npx', ['-y', PNPM, 'pack', '--pack-destination', out], { cwd: folder, quiet: true });
}

/** What the bundle contains needs no installing. */
export function publishedManifest() {
  const { name, version, description, license, engines, bin, publishConfig, peerDependencies, peerDependenciesMeta } =
    JSON.parse(readFileSync(join(root, 'packages/unsent/package.json'), 'utf8'));
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    engines,
    sideEffects: false,
    bin,
    files: ['bin', 'bundle', 'docs', 'unsent.schema.json'],
    exports: { './package.json': './package.json' },
    publishConfig,
    dependencies: { libsql: catalogVersion('libsql') },
    ...(peerDependencies === undefined ? {} : { peerDependencies, peerDependenciesMeta }),
  };
}

function catalogVersion(library) {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const version = new RegExp(`^  "?${library}"?: (.+)$`, 'm').exec(workspace)?.[1];
  if (version === undefined) throw new Error(`${library} is not in the catalog`);
  return version;
}
