import type { WriteStream } from 'node:tty';
import type { Output } from './surroundings.ts';

const DEFAULT_COLUMNS = 80;

/** A stream of this process. Opening one takes Node longer than many a command runs, so each waits until it is used. */
export type OpenedOnUse<T> = {
  /** Null until then. */
  readonly opened: T | null;
  use(): T;
};

export function openedOnUse<T>(open: () => T): OpenedOnUse<T> {
  let opened: T | null = null;
  return {
    get opened() {
      return opened;
    },
    use() {
      opened ??= open();
      return opened;
    },
  };
}

/** Where a command prints. What is written after the reader has gone is dropped. */
export function outputOf(
  open: () => WriteStream,
  onError: (error: NodeJS.ErrnoException) => void,
): Output & { written(): Promise<void> } {
  let isGone = false;
  const stream = openedOnUse(() =>
    open().on('error', (error: NodeJS.ErrnoException) => {
      isGone ||= error.code === 'EPIPE';
      onError(error);
    }),
  );
  return {
    write(text) {
      if (!isGone) stream.use().write(text);
    },
    get isTerminal() {
      return stream.use().isTTY === true;
    },
    get columns() {
      return stream.use().columns ?? DEFAULT_COLUMNS;
    },
    written: () => written(stream.opened),
  };
}

/** Resolves when what was written has left the process, or nobody reads it any more. */
function written(stream: WriteStream | null): Promise<void> {
  if (stream === null || stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
