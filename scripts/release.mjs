#!/usr/bin/env node
// Builds what is published into the folder `release`: npm packages, and a Debian package where dpkg-deb is installed.
//   node scripts/release.mjs [npm|deb]      both unless one is named; publishes nothing
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, checkNode, installIfNeeded, root } from './lib/run.mjs';

import { makeDebianPackage } from './release/debian.mjs';
import { makeNpmPackages } from './release/npm.mjs';

const OUT = join(root, 'release');
const [what = 'all'] = process.argv.slice(2);
if (!['all', 'npm', 'deb'].includes(what)) {
  console.error(`release: "${what}" is neither npm nor deb`);
  process.exit(2);
}

checkNode();
installIfNeeded();
build();
mkdirSync(OUT, { recursive: true });
if (what !== 'deb') {
  rmSync(join(OUT, 'npm'), { recursive: true, force: true });
  for (const file of makeNpmPackages(join(OUT, 'npm'))) console.log(file);
}
if (what !== 'npm') console.log(await makeDebianPackage(join(OUT, 'deb')));
