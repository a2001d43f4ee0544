import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from './cli.ts';
import { makeInterrupts } from './interrupts.ts';
import { openedOnUse, outputOf } from './opened-on-use.ts';

const CLOSE_WITHIN_MS = 2000;

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
  const stdin = openedOnUse(() => process.stdin);
  // Whoever waits for standard input is not to wait any longer.
  interrupts.signal.addEventListener('abort', () => stdin.opened?.destroy());
  const stdout = outputOf(
    () => process.stdout,
    (error) => {
      if (error.code !== 'EPIPE') throw error;
      interrupts.loseReader();
    },
  );
  // A full disk below the log must not end the daemon; the command's own work tells whether it succeeded.
  const stderr = outputOf(
    () => process.stderr,
    () => {},
  );
  const surroundings = {
    get stdin() {
      const stream = stdin.use();
      return interrupts.signal.aborted ? stream.destroy() : stream;
    },
    stdout,
    stderr,
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
  await Promise.all([stdout.written(), stderr.written()]);
  process.exit();
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '?';
}
