import { readFileSync } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { runCli } from './cli.ts';
import { makeInterrupts } from './interrupts.ts';
import type { Output } from './surroundings.ts';

const CLOSE_WITHIN_MS = 2000;
const DEFAULT_COLUMNS = 80;

/** Runs the command line of this process. The only function that touches `process`. */
export async function main(): Promise<void> {
  let close = async (): Promise<void> => {};
  let endedBy: number | null = null;
  const interrupts = makeInterrupts((exitCode) => {
    endedBy = exitCode;
    // The shell gets a moment to close its database; a hanging socket does not keep the user waiting.
    setTimeout(() => process.exit(exitCode), CLOSE_WITHIN_MS).unref();
    close().then(
      () => process.exit(exitCode),
      () => process.exit(exitCode),
    );
  });
  process.on('SIGINT', () => interrupts.receive('SIGINT'));
  process.on('SIGTERM', () => interrupts.receive('SIGTERM'));
  // Whoever waits for standard input is not to wait any longer.
  interrupts.signal.addEventListener('abort', () => process.stdin.destroy());
  const surroundings = {
    stdin: process.stdin,
    stdout: outputOf(process.stdout, (error) => {
      if (error.code !== 'EPIPE') throw error;
      interrupts.loseReader();
    }),
    // A full disk below the log must not end the daemon; the command's own work tells whether it succeeded.
    stderr: outputOf(process.stderr, () => {}),
    env: process.env,
    cwd: process.cwd(),
    interrupts,
    now: () => new Date(),
  };
  const exitCode = await runCli(process.argv.slice(2), surroundings, readVersion(), (opened) => {
    close = opened;
  });
  // The work that a signal waited for may have ended well; what ended the process is the signal all the same.
  process.exitCode = endedBy ?? exitCode;
  // Neither a socket somebody forgot nor V8, which may go on to optimise what is over, is to keep cron waiting.
  setTimeout(() => process.exit(), CLOSE_WITHIN_MS).unref();
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit();
}

/** Resolves when what was written has left the process, or nobody reads it any more. */
function written(stream: WriteStream): Promise<void> {
  // The policy service has closed its own: writing after that would look like a reader who went away.
  if (stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

/** What is written after the reader has gone is dropped. */
function outputOf(stream: WriteStream, onError: (error: NodeJS.ErrnoException) => void): Output {
  let isGone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    isGone ||= error.code === 'EPIPE';
    onError(error);
  });
  return {
    write(text) {
      if (!isGone) stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? DEFAULT_COLUMNS;
    },
  };
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '?';
}
