/** What SIGHUP does to the daemon. */
export type Hangups = {
  /** From now on each one is obeyed so; one that came before is obeyed at once. */
  obey(reload: () => void): void;
  /** From now on none is. */
  ignore(): void;
};

/**
 * Takes SIGHUP from now on and remembers one until the service stands: a reload that comes early must not end the daemon.
 *
 * Nothing takes the listener off again, since without one a SIGHUP in the last moments would end the process by itself.
 */
export function catchHangups(): Hangups {
  let isWaiting = false;
  let hear = (): void => {
    isWaiting = true;
  };
  process.on('SIGHUP', () => hear());
  return {
    obey: (reload) => {
      hear = reload;
      if (isWaiting) reload();
    },
    ignore: () => {
      hear = () => {};
    },
  };
}
