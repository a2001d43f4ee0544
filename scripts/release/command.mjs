// The command as it is installed: the bundle and a start file, without what only the workspace needs.
import { chmodSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/run.mjs';

const PACKAGE = join(root, 'packages/unsent');
/** Made on the machine that runs it, or about the compiler's output. */
const LOCAL = ['compiled', 'made-from.json'];

/** Puts bin/ and bundle/ into `folder`. */
export function placeCommand(folder) {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const start = join(folder, 'bin/unsent.js');
  writeFileSync(start, "#!/usr/bin/env node\n'use strict';\nrequire('../bundle/unsent.js');\n");
  chmodSync(start, 0o755);
  writeFileSync(join(folder, 'bin/package.json'), '{ "type": "commonjs" }\n');
  mkdirSync(join(folder, 'bundle'));
  for (const name of readdirSync(join(PACKAGE, 'bundle'))) {
    if (!LOCAL.includes(name)) cpSync(join(PACKAGE, 'bundle', name), join(folder, 'bundle', name));
  }
}

/** Puts the pages of docs/ that help and errors name into `folder`; pictures are for the web. */
export function placePages(folder) {
  const isWanted = (path) => !path.endsWith('/images');
  cpSync(join(root, 'docs'), folder, { recursive: true, filter: isWanted });
}
