/** A value now, or later. A check stays synchronous, and allocates no promise, while its resolver answers at once. */
export type Step<T> = T | Promise<T>;

/** Goes on with `next` at once when `value` is there, otherwise when it comes. */
export function andThen<T, U>(value: Step<T>, next: (value: T) => Step<U>): Step<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
