import { open } from 'node:fs/promises';

/** Files opened ahead, so that the disk works while messages are judged. */
const AHEAD = 16;

/** The first `maxBytes` of a file, and its size. */
export async function readFileHead(path: string, maxBytes: number): Promise<{ bytes: Buffer; sizeBytes: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const buffer = Buffer.allocUnsafe(Math.min(size, maxBytes));
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { bytes: buffer.subarray(0, length), sizeBytes: size };
  } finally {
    await file.close();
  }
}

/** Applies `work` to items, some of them at the same time, and hands out what they give in the order of the items. */
export async function* inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  let next = 0;
  try {
    while (next < items.length || running.length > 0) {
      for (; next < items.length && running.length < AHEAD; next++) {
        const item = items[next];
        if (item === undefined) continue;
        const started = work(item);
        // Its failure is reported when its turn comes; until then it must not count as nobody's.
        started.catch(() => undefined);
        running.push(started);
      }
      const first = running.shift();
      if (first !== undefined) yield await first;
    }
  } finally {
    await Promise.allSettled(running);
  }
}
