import { Socket } from 'node:net';

/** What came in last, of whichever connection: it is looked at before the next read, and nobody keeps it. */
const SHARED = Buffer.alloc(65_536);

/** A socket with what Node does not document of it. */
type Inside = Socket & { _handle?: { useUserBuffer?: unknown } | null };

/**
 * The connection of `accepted`, read into one buffer that all connections share; `accepted` itself is over then.
 *
 * Node makes a buffer for each read otherwise, and that is a tenth of what a request costs. Its own way to do without
 * (`onread`) is there for sockets that connect; one that was accepted must hand its handle to a new socket, as Node does
 * with a socket that comes from another process. Null where this Node is another inside: then nothing was changed.
 *
 * `take` must be done with the chunk when it returns. `accepted` must not have been read from (`pauseOnConnect`).
 */
export function readShared(accepted: Socket, take: (chunk: Buffer) => void): Socket | null {
  const inside: Inside = accepted;
  const handle = inside._handle;
  if (typeof handle?.useUserBuffer !== 'function') return null;
  inside._handle = null;
  const onread = {
    buffer: SHARED,
    callback: (size: number): boolean => {
      take(SHARED.subarray(0, size));
      return true;
    },
  };
  const options = { handle, onread, allowHalfOpen: true };
  const socket = new Socket(options);
  // Its server need not wait for it, nor count it.
  accepted.destroy();
  return socket;
}
