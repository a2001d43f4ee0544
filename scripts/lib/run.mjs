// What the npm scripts share: a plain-Node runner that needs nothing installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const PNPM = 'pnpm@12.21.0';
const MIN_NODE = [20, 19];

/** Ends with one clear line when this Node is too old to run the project. */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  console.error(`unsent needs Node.js ${MIN_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Runs a command, in the project's root unless told otherwise; on failure shows what it printed and ends with its exit code. */
export function run(command, args, { quiet = false, env = {}, cwd = root } = {}) {
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
  const child = spawnSync(command, args, { cwd, stdio, env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
  if (child.error) {
    console.error(`cannot run ${command}: ${child.error.message}`);
    process.exit(1);
  }
  if (child.status === 0) return;
  if (quiet) process.stderr.write(Buffer.concat([child.stdout, child.stderr]));
  console.error(`\n${[command, ...args].join(' ')} failed (exit ${child.status ?? child.signal})`);
  process.exit(child.status ?? 1);
}

/** Installs the workspace when it is not installed, or when the lockfile has changed since. */
export function installIfNeeded() {
  const stampFile = `${root}node_modules/.unsent-installed`;
  const stamp = createHash('sha256')
    .update(readFileSync(`${root}pnpm-lock.yaml`))
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  console.log(`$ npx -y ${PNPM} install --frozen-lockfile    (once; takes half a minute)`);
  run('npx', ['-y', PNPM, 'install', '--frozen-lockfile'], { quiet: true, env: { CI: 'true' } });
  mkdirSync(`${root}node_modules`, { recursive: true });
  writeFileSync(stampFile, stamp);
}

/** Compiles everything, or one project and what it needs, and makes the bundle that the command starts. */
export function build(...projects) {
  run(process.execPath, [bin('typescript', 'tsc'), '-b', ...projects]);
  run(process.execPath, [`${root}scripts/bundle.mjs`]);
}

/** The JavaScript entry of a dev-dependency's command, so that no shell shim is needed. */
export function bin(pkg, name) {
  const manifest = JSON.parse(readFileSync(`${root}node_modules/${pkg}/package.json`, 'utf8'));
  const entry = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name];
  return `${root}node_modules/${pkg}/${entry}`;
}
