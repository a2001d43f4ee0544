// The Debian package: the command with libsql's native part, units, man pages, completions, the pages of docs/.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root, run } from '../lib/run.mjs';
import { placeCommand, placePages } from './command.mjs';
import { bashCompletion, zshCompletion } from './completions.mjs';
import { commandPages, configPage } from './man.mjs';
import { publishedManifest } from './npm.mjs';

const HERE = join(root, 'scripts/release/debian');
const MAINTAINER = 'The unsent contributors <unsent@example.org>';

/** Builds `unsent_VERSION_amd64.deb` into `out`; returns its path. */
export async function makeDebianPackage(out) {
  const stage = mkdtempSync(join(tmpdir(), 'unsent-deb-'));
  chmodSync(stage, 0o755);
  const put = (path, contents, mode = 0o644) => {
    const file = join(stage, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
    chmodSync(file, mode);
  };
  const manifest = publishedManifest();
  const { version } = manifest;
  placeCommand(join(stage, 'usr/lib/unsent'));
  put('usr/lib/unsent/package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  const native = placeNative(join(stage, 'usr/lib/unsent/node_modules'));
  put('usr/bin/unsent', "#!/usr/bin/node\n'use strict';\nrequire('/usr/lib/unsent/bundle/unsent.js');\n", 0o755);
  for (const unit of readdirSync(join(root, 'examples/systemd'))) {
    if (/\.(service|socket|timer)$/.test(unit)) {
      put(`usr/lib/systemd/system/${unit}`, readFileSync(join(root, 'examples/systemd', unit)));
    }
  }
  await putPages(put, version);
  putDocs(put, version);
  placePages(join(stage, 'usr/share/doc/unsent/docs'));
  putControl(put, { version, native, stage });
  mkdirSync(out, { recursive: true });
  const file = join(out, `unsent_${version}_amd64.deb`);
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', stage, file], { quiet: true });
  rmSync(stage, { recursive: true });
  return file;
}

/** libsql and what it loads, without what only developers need. Returns the path of its native part. */
function placeNative(folder) {
  const installed = realpathSync(join(root, 'packages/unsent/node_modules/libsql'));
  for (const name of ['libsql', '@neon-rs/load', 'detect-libc', '@libsql/linux-x64-gnu']) {
    const source = realpathSync(join(dirname(installed), name)); // pnpm puts a package's own libraries beside it
    const isWanted = (path) => !/\.(ts|md|map)$|\/types$|\/node_modules$/.test(path.slice(source.length));
    cpSync(source, join(folder, name), { recursive: true, filter: isWanted });
  }
  const native = join(folder, '@libsql/linux-x64-gnu/index.node');
  run('strip', ['--strip-unneeded', native]);
  chmodSync(native, 0o644);
  return native;
}

async function putPages(put, version) {
  const { commandTree } = await import(join(root, 'packages/unsent/dist/cli.js'));
  const program = commandTree(version);
  const date = packageDate().toISOString().slice(0, 10);
  const schema = JSON.parse(readFileSync(join(root, 'packages/unsent/unsent.schema.json'), 'utf8'));
  const pages = [...commandPages(program, date), { name: 'unsent.yaml.5', text: configPage(schema, version, date) }];
  for (const { name, text } of pages) put(`usr/share/man/man${name.at(-1)}/${name}.gz`, zipped(text));
  put('usr/share/bash-completion/completions/unsent', bashCompletion(program));
  put('usr/share/zsh/vendor-completions/_unsent', zshCompletion(program));
}

function putDocs(put, version) {
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  const doc = 'usr/share/doc/unsent';
  const body = licence
    .slice(licence.indexOf('Permission'))
    .trim()
    .split('\n')
    .map((line) => ` ${line === '' ? '.' : line}`);
  put(
    `${doc}/copyright`,
    `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: unsent
Comment: The licences of the libraries in the bundle are in THIRD-PARTY.txt beside this file.

Files: *
Copyright: 2026 The unsent contributors
License: Expat
${body.join('\n')}
`,
  );
  put(`${doc}/THIRD-PARTY.txt.gz`, zipped(readFileSync(join(root, 'packages/unsent/bundle/THIRD-PARTY.txt'))));
  const date = packageDate().toUTCString().replace('GMT', '+0000');
  const log = `unsent (${version}) unstable; urgency=medium\n\n  * Release ${version}.\n\n -- ${MAINTAINER}  ${date}\n`;
  put(`${doc}/changelog.gz`, zipped(log));
  put(`${doc}/examples/unsent.yaml`, readFileSync(join(HERE, 'unsent.yaml')));
  put('usr/share/lintian/overrides/unsent', readFileSync(join(HERE, 'lintian-overrides')));
}

function putControl(put, { version, native, stage }) {
  put(
    'DEBIAN/control',
    `Package: unsent
Version: ${version}
Section: mail
Priority: optional
Architecture: amd64
Maintainer: ${MAINTAINER}
Depends: nodejs (>= 20.19), adduser, ${librariesOf(native)}
Suggests: postfix
Installed-Size: ${installedSize(stage)}
Description: for the bounces of mail you never sent
 Judges the bounces in mailboxes, changes the DNS of domains that send no mail
 so that nobody can send as them, and answers Postfix policy requests: SPF, and
 no bounces to domains that never send.
`,
  );
  put('DEBIAN/triggers', 'interest-noawait /usr/bin/node\n');
  for (const script of ['postinst', 'prerm', 'postrm'])
    put(`DEBIAN/${script}`, readFileSync(join(HERE, script)), 0o755);
}

/** The packages of the C libraries that the native part is linked with. */
function librariesOf(native) {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-shlibs-'));
  mkdirSync(join(folder, 'debian'));
  writeFileSync(join(folder, 'debian/control'), 'Source: unsent\n\nPackage: unsent\nArchitecture: any\n');
  const { status, stdout, stderr } = spawnSync('dpkg-shlibdeps', ['-O', native], { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`dpkg-shlibdeps: ${stderr}`);
  return stdout.trim().replace(/^shlibs:Depends=/, '');
}

function installedSize(stage) {
  return spawnSync('du', ['-sk', '--exclude=DEBIAN', stage], { encoding: 'utf8' }).stdout.split('\t')[0];
}

/** Of the last commit, so that the same commit makes the same package. */
function packageDate() {
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return new Date(status === 0 ? Number(stdout) * 1000 : 0);
}

function zipped(text) {
  return gzipSync(text, { level: 9 });
}
