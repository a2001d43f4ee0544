import { setMaxListeners } from 'node:events';

/** Signals, as commands see them. */
export type Interrupts = {
  readonly signal: AbortSignal;
  uninterrupted<T>(work: () => Promise<T>): Promise<T>;
  untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
};

type Signal = 'SIGINT' | 'SIGTERM';

/** The side that the process talks to. */
export type ReceivedInterrupts = Interrupts & {
  receive(name: Signal): void;
  /**
   * Nobody reads standard output any more (`unsent … | head`): ends as SIGPIPE would, after protected work; a daemon
   * goes on without a reader.
   */
  loseReader(): void;
};

/** Shells report death by a signal as 128 plus its number. */
const EXIT_CODES: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 };
const SIGPIPE_EXIT_CODE = 141;
const READER_GONE = 'nobody reads the output any more';

/**
 * Decides what a signal does; `end` ends the process with the code it is given.
 *
 * Outside of protected work the first signal ends the process. Inside, it aborts `signal` and waits for the work;
 * a second one ends the process whatever is going on.
 */
export function makeInterrupts(end: (exitCode: number) => void): ReceivedInterrupts {
  const controller = new AbortController();
  // Hundreds of questions may wait for it at once; that is no leak.
  setMaxListeners(0, controller.signal);
  const running = { protected: 0, daemons: 0 };
  let pending: number | null = null;
  const during = async <T>(kind: keyof typeof running, work: () => Promise<T>): Promise<T> => {
    running[kind]++;
    try {
      return await work();
    } finally {
      running[kind]--;
    }
  };
  const stop = (exitCode: number, why: string): void => {
    const isFirst = pending === null;
    pending = exitCode;
    controller.abort(new DOMException(why, 'AbortError'));
    if (running.protected + running.daemons === 0 || !isFirst) end(exitCode);
  };
  return {
    signal: controller.signal,
    uninterrupted: (work) =>
      during('protected', work).finally(() => {
        if (running.protected + running.daemons === 0 && pending !== null) end(pending);
      }),
    untilInterrupted: (work) => during('daemons', () => work(controller.signal)),
    receive: (name) => stop(EXIT_CODES[name], name),
    loseReader: () => {
      if (running.daemons === 0 && pending === null) stop(SIGPIPE_EXIT_CODE, READER_GONE);
    },
  };
}

/** True if the signal was aborted because nobody reads the output: then nobody wants to hear that either. */
export function isReaderGone(signal: AbortSignal): boolean {
  const reason: unknown = signal.reason;
  return signal.aborted && reason instanceof DOMException && reason.message === READER_GONE;
}
