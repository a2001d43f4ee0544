/**
 * How many octets `read` looks at one by one, or has a method of the buffer walk over: a measure of its cost that is
 * the same on every machine.
 */
export function octetWork(message: Buffer, read: (message: Buffer) => void): number {
  let octets = 0;
  const counting = new Proxy(message, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') {
        if (typeof key === 'string' && Number(key) >= 0) octets++;
        return value;
      }
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args);
        octets += typeof result === 'string' || Buffer.isBuffer(result) ? result.length : 4;
        return result;
      };
    },
  });
  read(counting);
  return octets;
}
