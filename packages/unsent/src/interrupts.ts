/** Signals, as commands see them. */
export type Interrupts = {
  readonly signal: AbortSignal;
  uninterrupted<T>(work: () => Promise<T>): Promise<T>;
  untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
};

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Shells report death by a signal as 128 plus its number. */
const EXIT_CODES: Readonly<Record<Signal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/**
 * Decides what a signal does; `end` ends the process with the code it is given.
 *
 * Outside of protected work the first signal ends the process. Inside, it aborts `signal` and waits for the work;
 * a second one ends the process whatever is going on.
 */
export function makeInterrupts(end: (exitCode: number) => void): Interrupts & { receive(name: Signal): void } {
  const controller = new AbortController();
  let protectedWorks = 0;
  let pending: number | null = null;
  const protect = async <T>(work: () => Promise<T>, endsAfterwards: boolean): Promise<T> => {
    protectedWorks++;
    try {
      return await work();
    } finally {
      protectedWorks--;
      if (endsAfterwards && protectedWorks === 0 && pending !== null) end(pending);
    }
  };
  return {
    signal: controller.signal,
    uninterrupted: (work) => protect(work, true),
    untilInterrupted: (work) => protect(() => work(controller.signal), false),
    receive(name) {
      const isFirst = pending === null;
      pending = EXIT_CODES[name];
      controller.abort();
      if (protectedWorks === 0 || !isFirst) end(pending);
    },
  };
}
