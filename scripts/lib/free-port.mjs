import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A UDP port on loopback below those that the system gives to whoever asks: nobody takes it while its server is away. */
export async function freePort() {
  for (let port = 20_000 + (process.pid % 10_000); ; port++) {
    const socket = createSocket('udp4').bind(port, '127.0.0.1');
    const isFree = await once(socket, 'listening').then(
      () => true,
      () => false,
    );
    socket.close();
    if (isFree) return port;
  }
}
