import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from './require.ts';

/** The command as people start it; `npm test` has built it. */
export const unsentBin: string = fileURLToPath(new URL('../../packages/unsent/bin/unsent.js', import.meta.url));

export type CliResult = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

export type CliOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
};

/** Runs one command to its end. Nothing of the caller's configuration or state reaches it. */
export function runUnsent(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startUnsent(args, options);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin?.on('error', () => {}); // a command may end before it has read its input
  child.stdin?.end(options.input ?? '');
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr })));
}

/** Starts a command that goes on until it is ended, such as the daemon. */
export function startUnsent(args: readonly string[], options: CliOptions = {}): ChildProcess {
  if (!existsSync(fileURLToPath(new URL('../../packages/unsent/dist/main.js', import.meta.url)))) {
    throw new Error('the command is not built: run npm test, or npx tsc -b');
  }
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...options.env };
  return spawn(process.execPath, [unsentBin, ...args], { env, cwd: options.cwd, stdio: 'pipe' });
}

/** Resolves when the child has printed `pattern` on standard error; rejects when it ends before. */
export function waitForStderr(child: ChildProcess, pattern: RegExp, timeoutMs = 15_000): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`not seen: ${pattern}\n${text}`)), timeoutMs);
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!pattern.test(text)) return;
      clearTimeout(timer);
      resolve(text);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code} before ${pattern}\n${text}`));
    });
  });
}

/** Ends a child by its process id and waits until it is gone. */
export function endProcess(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve(child.exitCode);
      return;
    }
    child.once('exit', (code) => resolve(code));
    child.kill('SIGTERM');
  });
}

/** A Node that an unprivileged user may start too: this one, unless it lies in a folder of root's, else the system's. */
export function nodeForEveryone(): string {
  for (let folder = dirname(process.execPath); folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return findProgram('node', true) ?? process.execPath;
  }
  return process.execPath;
}
