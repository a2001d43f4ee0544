import { connect } from 'node:net';
import { UnsentError } from '@unsent/dns';
import { type ListenAddress, listenAddressText } from './listen-address.ts';

const ANSWER_WITHIN_MS = 30_000;
const MAX_ANSWER_CHARACTERS = 4096;

/** Sends one request to a running service; resolves to what follows `action=`. Rejects with `policyd-no-answer`. */
export function askDaemon(
  address: ListenAddress,
  request: string,
  withinMs: number = ANSWER_WITHIN_MS,
): Promise<string> {
  const where = listenAddressText(address);
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void => {
      socket.destroy();
      reject(
        new UnsentError('policyd-no-answer', {
          message: `no answer from ${where}: ${why}.`,
          hint: 'Is the daemon running? Start it with: unsent policyd',
          cause,
        }),
      );
    };
    const socket = address.kind === 'unix' ? connect(address.path) : connect(address.port, address.host);
    let text = '';
    socket.setTimeout(withinMs, () => fail('it took too long'));
    socket.once('error', (error) => fail(error.message, error));
    socket.once('close', () => fail('it closed the connection'));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.length > MAX_ANSWER_CHARACTERS) fail('this is no policy service');
      const match = /^action=([^\n]*)\n\n/.exec(text);
      if (match === null) return;
      resolve(match[1] ?? '');
      socket.destroy();
    });
    socket.write(request);
  });
}
