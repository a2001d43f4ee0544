import { connect, createServer, type Socket } from 'node:net';
import { portOf } from './ports.ts';

/** A way to a server on which a network can fail, between two packets or in the middle of an answer. */
export type Network = {
  readonly port: number;
  /** Ends every connection. */
  cut(): void;
  /** Ends every connection with a reset, so that what was on its way is lost at both ends. */
  reset(): void;
  /** From now on nothing comes through, and nothing says so: connections stay open, new ones are taken and get no answer. */
  swallow(): void;
  /** What was swallowed stays lost, and its connections stay dead; new ones come through. */
  heal(): void;
  /** The next data that goes to the server and holds `text` gets there; the answer never comes, and the connection is cut. */
  loseAnswerTo(text: string): void;
  /** How many such answers were lost. */
  lost(): number;
  close(): Promise<void>;
};

type Pair = { readonly client: Socket; readonly upstream: Socket; isDead: boolean };

/** Listens on loopback and passes everything on to the server at `port`. */
export async function networkTo(port: number, host = '127.0.0.1'): Promise<Network> {
  const pairs = new Set<Pair>();
  let isSwallowing = false;
  let armed: string | null = null;
  let lost = 0;
  const listener = createServer((client) => {
    const upstream = connect(port, host);
    const pair: Pair = { client, upstream, isDead: isSwallowing };
    pairs.add(pair);
    let isLosing = false;
    client.on('data', (chunk) => {
      if (armed !== null && chunk.includes(armed)) {
        armed = null;
        isLosing = true;
      }
      if (!pair.isDead) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (isLosing) {
        lost++;
        end(pair);
      } else if (!pair.isDead) client.write(chunk);
    });
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (client.destroyed && upstream.destroyed) pairs.delete(pair);
        // Where nothing comes through, the other end does not hear of the end either.
        if (!pair.isDead) end(pair);
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const everyPair = (work: (pair: Pair) => void): void => [...pairs].forEach(work);
  return {
    port: portOf(listener),
    cut: () => everyPair(end),
    reset: () =>
      everyPair(({ client, upstream }) => {
        client.resetAndDestroy();
        upstream.resetAndDestroy();
      }),
    swallow: () => {
      isSwallowing = true;
      everyPair((pair) => {
        pair.isDead = true;
      });
    },
    heal: () => {
      isSwallowing = false;
    },
    loseAnswerTo: (text) => {
      armed = text;
    },
    lost: () => lost,
    close: async () => {
      everyPair(end);
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

function end({ client, upstream }: Pair): void {
  client.destroy();
  upstream.destroy();
}
