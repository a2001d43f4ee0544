import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the ports that the system gives to whoever asks (32,768 on), and above those that have a name. */
const [FIRST, COUNT] = [20_000, 12_000];

/**
 * A port of loopback where nobody listens, by TCP or UDP. Nobody is given it either until its server has started, nor
 * while it is away.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const udp = createSocket('udp4').bind(port, '127.0.0.1');
    const tcp = createServer().listen(port, '127.0.0.1');
    const bound = await Promise.allSettled([once(udp, 'listening'), once(tcp, 'listening')]);
    udp.close();
    tcp.close();
    if (bound.every(({ status }) => status === 'fulfilled')) return port;
  }
}

/** The port of loopback that the system gave to a server that listens. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens at no port');
  return address.port;
}
