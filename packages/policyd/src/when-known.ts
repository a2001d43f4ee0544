/** Goes on at once with what is known already, or when it comes: the hot path awaits nothing. */
export function whenKnown<T, R>(value: T | Promise<T>, use: (known: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}
