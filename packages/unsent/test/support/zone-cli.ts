import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../src/cli.ts';
import { fakeSurroundings } from './surroundings.ts';

export type ZoneCli = {
  /** Runs a command against the zone; what it printed and its exit code. */
  run(...args: string[]): Promise<{ exitCode: number; out: string; err: string }>;
  /** The same without the zone, for options that name one. */
  runOnly(...args: string[]): Promise<{ exitCode: number; out: string; err: string }>;
  readonly zonePath: string;
  /** Writes a file beside the zone and returns its path. */
  write(name: string, text: string): string;
  remove(): void;
};

/** The command line over a zone text, in this process. Lines may be indented. */
export function zoneCli(zone: string): ZoneCli {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-zone-'));
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const path = write('zone', zone.replace(/^ +/gm, ''));
  const runOnly: ZoneCli['runOnly'] = async (...args) => {
    const surroundings = fakeSurroundings({ cwd: folder, env: { HOME: folder } });
    const exitCode = await runCli(args, surroundings, '1.2.3');
    return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
  };
  return {
    write,
    zonePath: path,
    runOnly,
    run: (...args) => runOnly('--dns', `zone:${path}`, ...args),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
