import type { Readable } from 'node:stream';
import type { ExitCode, Resolver } from '@unsent/dns';
import type { Config } from './config.ts';
import { makeStyle, type Style, wantsColor } from './output/style.ts';
import type { Store } from './store.ts';
import type { Environment, GlobalOptions, Output, Surroundings } from './surroundings.ts';

/** All that a command may ask of the world around it. Commands never touch `process`. */
export interface Shell {
  readonly options: GlobalOptions;
  /** Of this program. */
  readonly version: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Colours of standard output. */
  readonly style: Style;
  readonly env: Environment;
  /** Relative paths on the command line start here. */
  readonly cwd: string;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  now(): Date;
  /** Reads the configuration once; without a file, the built-in defaults. Throws `config-…` errors, exit code 2. */
  config(): Promise<Config>;
  /** A cached resolver: --dns, else `dns.servers`, else the system's. */
  resolver(): Promise<Resolver>;
  /** The database: --state, else `state`, else the default place. Opened once, closed with the shell. */
  store(): Promise<Store>;
  /** Runs when the command ends, also after an error or a signal; the last registered runs first. */
  onClose(close: () => void | Promise<void>): void;
  /** While `work` runs, a signal only aborts `signal`; afterwards the process ends as the signal wanted. A second signal ends it at once. */
  uninterrupted<T>(work: () => Promise<T>): Promise<T>;
  /** For daemons: like `uninterrupted`, but the command decides the exit code after a signal. */
  untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Wraps a command's action: hands it the shell, prints errors, sets the exit code, closes the shell. */
export type RunInShell = <A extends unknown[]>(
  action: (shell: Shell, ...args: A) => Promise<ExitCode>,
) => (...args: A) => Promise<void>;

/** A shell, and the function that closes what was opened in it. */
export function openShell(
  options: GlobalOptions,
  surroundings: Surroundings,
  version = '',
): { readonly shell: Shell; close(): Promise<void> } {
  const closers: (() => void | Promise<void>)[] = [];
  const onClose = (close: () => void | Promise<void>): void => {
    closers.push(close);
  };
  const { stdout, stderr, env, interrupts } = surroundings;
  const config = once(async () => (await import('./config.ts')).loadConfig(options, surroundings));
  let style: Style | null = null;
  const shell: Shell = {
    options,
    version,
    get stdin() {
      return surroundings.stdin;
    },
    stdout,
    stderr,
    get style() {
      style ??= makeStyle(wantsColor(options.color, env, stdout.isTerminal));
      return style;
    },
    env,
    cwd: surroundings.cwd,
    signal: interrupts.signal,
    now: surroundings.now,
    config,
    resolver: once(async () =>
      (await import('./resolver.ts')).openResolver(options, await config(), surroundings, onClose),
    ),
    store: once(async () =>
      (await import('./store.ts')).openStateStore(options, await config(), surroundings, onClose),
    ),
    onClose,
    uninterrupted: (work) => interrupts.uninterrupted(work),
    untilInterrupted: (work) => interrupts.untilInterrupted(work),
  };
  return { shell, close: () => closeAll(closers) };
}

/** Calls `make` at most once, and again only after it failed. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make().catch((cause: unknown) => {
      made = null;
      throw cause;
    });
    return made;
  };
}

async function closeAll(closers: (() => void | Promise<void>)[]): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
}
