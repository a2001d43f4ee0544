import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { portOf } from '../../../test/support/ports.ts';
import { readShared } from '../src/server-read.ts';

const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });

afterEach(() => void server.close());

test('a connection goes on in a socket of its own, and chunks of all lie in the same memory', async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const memory = new Set<ArrayBufferLike>();
  for (const text of ['first', 'second']) {
    const client = connect(portOf(server), '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    const taken: string[] = [];
    const socket = readShared(accepted, (chunk) => {
      memory.add(chunk.buffer);
      taken.push(chunk.toString());
    });
    socket?.resume();
    client.end(text);
    await once(socket ?? accepted, 'end');
    expect(taken.join('')).toBe(text);
    expect(accepted.destroyed).toBe(true);
    socket?.end('answer');
    expect(String((await once(client, 'data'))[0])).toBe('answer');
  }
  expect(memory.size).toBe(1);
});

test('where Node is another inside, the socket stays as it is', () => {
  const socket = new Socket();
  expect(readShared(socket, () => {})).toBeNull();
  expect(socket.destroyed).toBe(false);
});
