import { connect, createServer, type Socket } from 'node:net';

/** A way to a PostgreSQL server that can swallow the answer to a COMMIT and break off. */
export type LossyProxy = {
  readonly port: number;
  /** The next COMMIT reaches the server; its answer never comes, and the connection is cut. */
  loseNextCommit(): void;
  /** How many answers were lost. */
  lost(): number;
  close(): Promise<void>;
};

/** Listens on loopback and passes everything on to the server of `url`. */
export async function lossyProxy(url: string): Promise<LossyProxy> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let isArmed = false;
  let lost = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let isSwallowing = false;
    client.on('data', (chunk) => {
      if (isArmed && chunk.includes('COMMIT')) {
        isArmed = false;
        isSwallowing = true;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!isSwallowing) return void client.write(chunk);
      lost++;
      client.destroy();
      upstream.destroy();
    });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        open.delete(socket);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    loseNextCommit: () => {
      isArmed = true;
    },
    lost: () => lost,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
