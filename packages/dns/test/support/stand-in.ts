import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { portOf } from '../../../../test/support/ports.ts';
import type { DnsServer } from '../../src/index.ts';
import { type Asked, readQuery } from './messages.ts';

/** What a stand-in does with a query: messages to send, in order, each perhaps later. Nothing: silence. */
export type Replies = readonly (
  | Buffer
  | { readonly afterMs: number; readonly message: Buffer }
  | { readonly after: Promise<unknown>; readonly message: Buffer }
)[];

export type StandIn = AsyncDisposable & {
  readonly server: DnsServer;
  readonly asked: Asked[];
  /** TCP connections that it has seen. */
  readonly connections: Socket[];
};

export type StandInOptions = {
  /** Octets a TCP chunk; default all at once. */
  readonly chunkOctets?: number;
  /** Closes a TCP connection after so many queries, without an answer to the last. */
  readonly closeAfter?: number;
};

/** A DNS server on a loopback port, UDP and TCP, that says what the test tells it to. */
export async function standIn(reply: (asked: Asked) => Replies, options: StandInOptions = {}): Promise<StandIn> {
  const asked: Asked[] = [];
  const connections: Socket[] = [];
  const take = (octets: Buffer, port: number, overTcp: boolean, send: (message: Buffer) => void): void => {
    const query = readQuery(octets, port, overTcp);
    asked.push(query);
    void sendAll(reply(query), send);
  };
  const tcp = createServer((socket) => {
    connections.push(socket);
    let buffered = Buffer.alloc(0);
    let queries = 0;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
        const end = 2 + buffered.readUInt16BE(0);
        const octets = buffered.subarray(2, end);
        buffered = buffered.subarray(end);
        if (++queries === options.closeAfter) socket.destroy();
        else take(octets, socket.remotePort ?? 0, true, (message) => void writeFrame(socket, message, options));
      }
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const port = portOf(tcp);
  const udp = createSocket('udp4');
  udp.on('message', (octets, from) =>
    take(octets, from.port, false, (message) => udp.send(message, from.port, from.address)),
  );
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  return {
    server: { address: '127.0.0.1', port },
    asked,
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      udp.close();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}

async function sendAll(replies: Replies, send: (message: Buffer) => void): Promise<void> {
  for (const reply of replies) {
    if (!Buffer.isBuffer(reply)) await ('after' in reply ? reply.after : delay(reply.afterMs));
    send(Buffer.isBuffer(reply) ? reply : reply.message);
  }
}

async function writeFrame(socket: Socket, message: Buffer, { chunkOctets = 70_000 }: StandInOptions): Promise<void> {
  const frame = Buffer.concat([Buffer.of(message.length >> 8, message.length & 255), message]);
  for (let at = 0; at < frame.length && !socket.destroyed; at += chunkOctets) {
    socket.write(frame.subarray(at, at + chunkOctets));
    if (chunkOctets < frame.length) await setImmediate();
  }
}
