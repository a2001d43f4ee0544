import { openRegular } from './open-regular.ts';

/** Files opened ahead, so that the disk works while messages are judged. */
const AHEAD = 16;

/** A file larger than this is not read ahead: sixteen of them would fill the memory. */
const MAX_AHEAD_BYTES = 1 << 20;

/** The first `maxBytes` of a regular file, and its size. A large file waits for its `turn`. */
export async function readFileHead(
  path: string,
  maxBytes: number,
  turn: Promise<void> = Promise.resolve(),
): Promise<{ bytes: Buffer; sizeBytes: number }> {
  const {
    file,
    found: { size },
  } = await openRegular(path);
  try {
    if (Math.min(size, maxBytes) > MAX_AHEAD_BYTES) await turn;
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

/**
 * Applies `work` to items, some of them at the same time, and hands out what they give in the order of the items.
 * `turn` resolves when everything before the item was taken.
 */
export async function* inOrder<T, R>(
  items: readonly T[],
  work: (item: T, turn: Promise<void>) => Promise<R>,
): AsyncGenerator<R> {
  const running: { readonly result: Promise<R>; readonly takeTurn: () => void }[] = [];
  let next = 0;
  try {
    while (next < items.length || running.length > 0) {
      for (; next < items.length && running.length < AHEAD; next++) {
        const item = items[next];
        if (item === undefined) continue;
        const { promise: turn, resolve: takeTurn } = deferred();
        const result = work(item, turn);
        // Its failure is reported when its turn comes; until then it must not count as nobody's.
        result.catch(() => undefined);
        running.push({ result, takeTurn });
      }
      const first = running.shift();
      first?.takeTurn();
      if (first !== undefined) yield await first.result;
    }
  } finally {
    for (const { takeTurn } of running) takeTurn();
    await Promise.allSettled(running.map(({ result }) => result));
  }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
