import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STORE = fileURLToPath(new URL('../../node_modules/.pnpm', import.meta.url));

type Version = { readonly manifest: Readonly<Record<string, unknown>>; readonly readTarball: () => Buffer };

export type Registry = { readonly url: string; readonly close: () => void };

/**
 * A registry on loopback with `tarballs` and the libraries that this workspace has installed, in the versions that it
 * has: `npm install` then does what it does for strangers, without a network. Anything else is not found.
 */
export async function startRegistry(tarballs: readonly string[]): Promise<Registry> {
  const packages = new Map<string, Map<string, Version>>();
  for (const version of [...tarballs.map(packed), ...installed()]) {
    const { name, version: number } = version.manifest as { name: string; version: string };
    const versions = packages.get(name) ?? new Map<string, Version>();
    packages.set(name, versions.set(number, version));
  }
  const server = createServer((request, response) => {
    const [name = '', wanted] = decodeURIComponent(request.url ?? '')
      .slice(1)
      .split('/-/');
    const versions = packages.get(name);
    const version = wanted === undefined ? undefined : versions?.get(wanted);
    if (version !== undefined) response.end(version.readTarball());
    else if (versions === undefined || wanted !== undefined) response.writeHead(404).end('{}');
    else response.end(JSON.stringify(packument(name, versions, `http://${request.headers.host}`)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

function packument(name: string, versions: ReadonlyMap<string, Version>, origin: string): object {
  const entries = [...versions].map(([number, { manifest }]) => [
    number,
    { ...manifest, dist: { tarball: `${origin}/${name}/-/${number}` } },
  ]);
  return { name, 'dist-tags': { latest: [...versions.keys()].at(-1) }, versions: Object.fromEntries(entries) };
}

function packed(tarball: string): Version {
  const text = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
  return { manifest: JSON.parse(text), readTarball: () => readFileSync(tarball) };
}

/** What pnpm keeps: `.pnpm/NAME@VERSION/node_modules/NAME` is the package, what it needs are links beside it. */
function installed(): readonly Version[] {
  return readdirSync(STORE).flatMap((folder) => {
    const name = /^(@[^+]+\+)?[^@]+/.exec(folder)?.[0].replace('+', '/') ?? '';
    const place = join(STORE, folder, 'node_modules', name);
    if (!existsSync(join(place, 'package.json'))) return [];
    const readTarball = (): Buffer =>
      execFileSync('tar', ['-czf', '-', '-C', dirname(place), basename(place)], { maxBuffer: 1 << 28 });
    return [{ manifest: JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')), readTarball }];
  });
}
