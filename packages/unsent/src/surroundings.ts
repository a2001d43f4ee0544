import type { Readable } from 'node:stream';
import type { Interrupts } from './interrupts.ts';

/** What every command understands. `null` means: not given on the command line. */
export type GlobalOptions = {
  readonly config: string | null;
  readonly state: string | null;
  readonly dns: string | null;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False after --no-color. Whether colours are on is answered by `Shell.style`. */
  readonly color: boolean;
};

/** Where a command prints. Text from mail or DNS passes `escapeForTerminal` first. */
export type Output = {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** The parts of a process that a shell stands on; tests hand in their own. */
export type Surroundings = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  readonly cwd: string;
  readonly interrupts: Interrupts;
  now(): Date;
};
