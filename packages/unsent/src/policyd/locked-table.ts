/**
 * Names and the moments at which they were locked, in a few arrays that can be handed to another thread without being
 * copied: about 50 bytes a name, where a Map takes about 150.
 */
export type LockedTable = {
  readonly count: number;
  /** All names one after the other, as bytes: a domain name is ASCII. */
  readonly names: Uint8Array<ArrayBuffer>;
  /** Where each name begins, and where the last one ends. */
  readonly starts: Uint32Array<ArrayBuffer>;
  /** Milliseconds since 1970. */
  readonly lockedAtMs: Float64Array<ArrayBuffer>;
  /** Open addressing: the number of a name plus 1, or 0 for a free slot. The length is a power of two. */
  readonly slots: Uint32Array<ArrayBuffer>;
};

/** Gathers names for a table. */
export interface LockedTableBuilder {
  add(name: string, lockedAtMs: number): void;
  build(): LockedTable;
}

const FIRST_BYTES = 4096;
const FIRST_NAMES = 256;

/** A builder without names. A name that is added twice is found with its first moment. */
export function lockedTableBuilder(): LockedTableBuilder {
  let names = new Uint8Array(FIRST_BYTES);
  let starts = new Uint32Array(FIRST_NAMES);
  let lockedAtMs = new Float64Array(FIRST_NAMES);
  let count = 0;
  let end = 0;
  return {
    add: (name, atMs) => {
      if (end + name.length > names.length) names = grown(names, new Uint8Array(names.length * 2 + name.length));
      if (count + 1 >= starts.length) {
        starts = grown(starts, new Uint32Array(starts.length * 2));
        lockedAtMs = grown(lockedAtMs, new Float64Array(lockedAtMs.length * 2));
      }
      for (let i = 0; i < name.length; i++) names[end + i] = name.charCodeAt(i);
      end += name.length;
      lockedAtMs[count] = atMs;
      starts[++count] = end;
    },
    build: () => tableOf(names.slice(0, end), starts.slice(0, count + 1), lockedAtMs.slice(0, count)),
  };
}

/** The table of these names; builds the slots. */
export function tableOf(
  names: Uint8Array<ArrayBuffer>,
  starts: Uint32Array<ArrayBuffer>,
  lockedAtMs: Float64Array<ArrayBuffer>,
): LockedTable {
  const count = lockedAtMs.length;
  let size = 8;
  while (size < count * 1.5) size *= 2;
  const slots = new Uint32Array(size);
  for (let i = 0; i < count; i++) {
    let slot = hashBytes(names, starts[i] ?? 0, starts[i + 1] ?? 0) & (size - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
    slots[slot] = i + 1;
  }
  return { count, names, starts, lockedAtMs, slots };
}

/** When a name was locked; null when it is not in the table. */
export function lockedAtIn({ names, starts, lockedAtMs, slots }: LockedTable, name: string): number | null {
  const mask = slots.length - 1;
  for (let slot = hashText(name) & mask; ; slot = (slot + 1) & mask) {
    const found = slots[slot] ?? 0;
    if (found === 0) return null;
    if (isName(names, starts[found - 1] ?? 0, starts[found] ?? 0, name)) return lockedAtMs[found - 1] ?? null;
  }
}

/** The buffers of a table, for handing it over. */
export function buffersOf({ names, starts, lockedAtMs, slots }: LockedTable): ArrayBuffer[] {
  return [names.buffer, starts.buffer, lockedAtMs.buffer, slots.buffer];
}

function isName(names: Uint8Array, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (names[start + i] !== name.charCodeAt(i)) return false;
  return true;
}

// FNV-1a, and a last stir so that the low bits hold all.
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
