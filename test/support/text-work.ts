/** What a call of a string method has to walk over. */
type Cost = (receiver: string, args: readonly unknown[], result: unknown) => number;

const whole: Cost = (receiver) => receiver.length;

const COSTS: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  ['charCodeAt', () => 1],
  ['charAt', () => 1],
  ['indexOf', (receiver, [, from], found) => distance(numberOr(from, 0), found, receiver.length)],
  ['lastIndexOf', (receiver, [, from], found) => distance(numberOr(from, receiver.length), found, 0)],
  ['startsWith', (_receiver, [start]) => String(start).length],
  ['endsWith', (_receiver, [end]) => String(end).length],
  ['slice', (_receiver, _args, result) => String(result).length],
  ...['includes', 'split', 'toLowerCase', 'toUpperCase', 'replaceAll', 'trim', 'normalize'].map(
    (name) => [name, whole] as const,
  ),
]);

/**
 * Runs `work` and counts the characters that it reads one by one, copies, or has a string method walk over: a measure
 * of its cost that is the same on every machine.
 */
export function textWork(work: () => void): number {
  let characters = 0;
  const prototype = String.prototype;
  const originals = [...COSTS.keys()].map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)] as const);
  try {
    for (const [name, cost] of COSTS) {
      const original: unknown = Reflect.get(prototype, name);
      if (typeof original !== 'function') throw new Error(`strings have no ${name}`);
      const value = function (this: string, ...args: unknown[]): unknown {
        const result: unknown = Reflect.apply(original, this, args);
        characters += cost(this, args, result);
        return result;
      };
      Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
    }
    work();
  } finally {
    for (const [name, descriptor] of originals) if (descriptor) Object.defineProperty(prototype, name, descriptor);
  }
  return characters;
}

/** From where a search began to what it found, or to the end when it found nothing. */
function distance(from: number, found: unknown, end: number): number {
  return Math.abs(numberOr(found === -1 ? end : found, end) - from) + 1;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
