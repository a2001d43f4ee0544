import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { ExitCode } from '@unsent/dns';
import { type PolicyServerOptions, servePolicy } from '@unsent/policyd';

/** Serves the one client on standard input and output, as Postfix's spawn(8) starts it, until it has gone. */
export async function serveStdio(options: PolicyServerOptions): Promise<ExitCode> {
  const stream = isOneSocket()
    ? new Socket({ fd: 0, readable: true, writable: true, allowHalfOpen: true })
    : Duplex.from({ readable: process.stdin, writable: process.stdout });
  // A client that went away before its answer needs none.
  stream.on('error', () => stream.destroy());
  servePolicy(stream, options);
  await new Promise<void>((resolve) => stream.once('close', () => resolve()));
  return 0;
}

/** True under spawn(8). One stream then does: joining two takes as long as the answer. */
function isOneSocket(): boolean {
  const [input, output] = [fstatSync(0), fstatSync(1)];
  return input.isSocket() && input.dev === output.dev && input.ino === output.ino;
}
