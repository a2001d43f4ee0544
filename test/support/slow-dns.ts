import { createSocket } from 'node:dgram';

/** A UDP name server that hands every question on and every answer back after a delay; null: it never answers. */
export type SlowDns = { readonly server: string; readonly asked: () => number; stop(): Promise<void> };

export async function startSlowDns(upstreamPort: number, delayMs: number | null): Promise<SlowDns> {
  const socket = createSocket('udp4');
  const upstreams = new Set<ReturnType<typeof createSocket>>();
  const timers = new Set<NodeJS.Timeout>();
  let count = 0;
  socket.on('message', (question, client) => {
    count++;
    if (delayMs === null) return;
    const upstream = createSocket('udp4');
    upstreams.add(upstream);
    upstream.once('message', (answer) => {
      upstreams.delete(upstream);
      upstream.close();
      timers.add(setTimeout(() => socket.send(answer, client.port, client.address), delayMs));
    });
    upstream.send(question, upstreamPort, '127.0.0.1');
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    server: `127.0.0.1:${socket.address().port}`,
    asked: () => count,
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      for (const upstream of upstreams) upstream.close();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}
