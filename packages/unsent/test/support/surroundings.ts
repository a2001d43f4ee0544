import { Readable } from 'node:stream';
import { makeInterrupts } from '../../src/interrupts.ts';
import type { Environment, Output, Surroundings } from '../../src/surroundings.ts';

/** An output that keeps what was written. */
export type FakeOutput = Output & { text(): string };

export function fakeOutput(terminal: Partial<Pick<Output, 'isTerminal' | 'columns'>> = {}): FakeOutput {
  let written = '';
  return {
    isTerminal: terminal.isTerminal ?? false,
    columns: terminal.columns ?? 80,
    write(text) {
      written += text;
    },
    text: () => written,
  };
}

/** A process of nobody: no environment, no files, a fixed clock. */
export function fakeSurroundings(
  given: { env?: Environment; cwd?: string; stdin?: string; isTerminal?: boolean } = {},
): Surroundings & { readonly stdout: FakeOutput; readonly stderr: FakeOutput } {
  const isTerminal = given.isTerminal ?? false;
  return {
    stdin: Readable.from(given.stdin === undefined ? [] : [Buffer.from(given.stdin)]),
    stdout: fakeOutput({ isTerminal }),
    stderr: fakeOutput({ isTerminal }),
    env: given.env ?? {},
    cwd: given.cwd ?? '/nowhere',
    interrupts: makeInterrupts(() => {}),
    now: () => new Date('2026-11-23T12:00:00Z'),
  };
}
