import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@unsent/store';
import { type StandIn, startStandIn } from '../../../../../test/support/cloudflare-stand-in/server.ts';
import type { HeldZone } from '../../../../../test/support/cloudflare-stand-in/state.ts';
import { runCli } from '../../../src/cli.ts';
import { makeInterrupts } from '../../../src/interrupts.ts';
import { fakeSurroundings } from '../../support/surroundings.ts';

type UnsentStore = Awaited<ReturnType<typeof openStore>>;
type Ran = { readonly exitCode: number; readonly out: string; readonly err: string };

/** The command line over a Cloudflare stand-in, a DNS that is a zone text, and a state folder of its own. */
export type CloudflareCli = {
  readonly standIn: StandIn;
  readonly folder: string;
  readonly state: string;
  run(...args: string[]): Promise<Ran>;
  /** Runs on a terminal, with what the person types. */
  type(typed: string, ...args: string[]): Promise<Ran>;
  /** Ctrl-C at the command that runs. */
  interrupt(): void;
  config(yaml: string): void;
  dns(text: string): void;
  /** Makes DNS show what the stand-in holds now, but no name servers: nobody would answer there. */
  serve(): void;
  /** From now on it is that moment. */
  clock(at: string): void;
  zone(name: string): HeldZone;
  /** Does something with the database, as another process would. */
  inStore<T>(work: (store: UnsentStore) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export async function cloudflareCli(zones: HeldZone[]): Promise<CloudflareCli> {
  const standIn = await startStandIn(zones);
  const folder = mkdtempSync(join(tmpdir(), 'unsent-cloudflare-'));
  const state = join(folder, 'state', 'unsent.db');
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const delegations = zones.map(({ name }) => `${name}. 300 IN NS amy.ns.example.net.\n`).join('');
  const dns = write('dns', delegations);
  let now = '2026-11-23T12:00:00Z';
  const config = write('unsent.yaml', '');
  let interrupt = (): void => {};
  const run = async (typed: string | null, args: readonly string[]): Promise<Ran> => {
    const env = { HOME: folder, CLOUDFLARE_API_TOKEN: standIn.token, CLOUDFLARE_BASE_URL: standIn.url };
    const terminal = typed === null ? {} : { isTerminal: true, stdin: typed };
    const interrupts = makeInterrupts(() => {});
    interrupt = () => interrupts.receive('SIGINT');
    const surroundings = {
      ...fakeSurroundings({ cwd: folder, env, ...terminal }),
      interrupts,
      now: () => new Date(now),
    };
    if (typed !== null) Object.assign(surroundings.stdin, { isTTY: true });
    const before = ['--dns', `zone:${dns}`, '--state', state, '--config', config, '--no-color'];
    const exitCode = await runCli([...before, ...args], surroundings, '1.2.3');
    return { exitCode, out: surroundings.stdout.text(), err: surroundings.stderr.text() };
  };
  return {
    standIn,
    folder,
    state,
    run: (...args) => run(null, args),
    type: (typed, ...args) => run(typed, args),
    interrupt: () => interrupt(),
    config: (yaml) => void write('unsent.yaml', yaml),
    dns: (text) => void write('dns', text),
    serve: () => void write('dns', OTHERS + zones.flatMap(({ records }) => records.map(zoneLine)).join('')),
    clock: (at) => {
      now = at;
    },
    zone: (name) => {
      const zone = zones.find((one) => one.name === name);
      if (zone === undefined) throw new RangeError(`no zone ${name}`);
      return zone;
    },
    async inStore(work) {
      const store = await openStore(state, { joinSpans: (spans) => spans });
      try {
        return await work(store);
      } finally {
        await store.close();
      }
    },
    async close() {
      await standIn.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The address for reports that the zones name. */
const OTHERS = `
reports.example. MX 0 mx.reports.example.
mx.reports.example. A 192.0.2.25
*._report._dmarc.reports.example. TXT "v=DMARC1"
`;

function zoneLine({ type, name, content, priority }: HeldZone['records'][number]): string {
  const target = content === '.' || (type !== 'MX' && type !== 'CNAME') ? content : `${content}.`;
  return `${name}. 300 IN ${type} ${priority ?? ''} ${target}\n`;
}
