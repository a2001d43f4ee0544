/** Follows zstd frames (RFC 8878 §3.1) by their lengths alone, to know whether the last one is whole. */
export interface ZstdFrames {
  /** The next packed bytes. */
  push(chunk: Uint8Array): void;
  /** Did the bytes so far end where a frame ends? True before the first byte. */
  isWhole(): boolean;
}

const SKIPPABLE_MAGIC = 0x184d2a50;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const RLE_BLOCK = 1;

/** What the next bytes are, and how many of them say what follows. */
type Part = 'magic' | 'skippable-size' | 'descriptor' | 'block';
const PART_BYTES: Readonly<Record<Part, number>> = { magic: 4, 'skippable-size': 4, descriptor: 1, block: 3 };

/**
 * Node 22 ends a stream of zstd that was cut off as if it were whole (24 does not), so a file that is still being written
 * has to be told by its frames. Bytes that are no zstd are the unpacker's to refuse.
 */
export function zstdFrames(): ZstdFrames {
  let part: Part = 'magic';
  let [gathered, value, toSkip] = [0, 0, 0];
  let hasChecksum = false;
  const next = (to: Part, skip = 0): void => {
    part = to;
    toSkip = skip;
  };
  const read = (): void => {
    if (part === 'magic') next((value & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC ? 'skippable-size' : 'descriptor');
    else if (part === 'skippable-size') next('magic', value);
    else if (part === 'descriptor') {
      hasChecksum = (value & 0b100) !== 0;
      next('block', headerRest(value));
    } else {
      const isLast = (value & 1) === 1;
      const content = ((value >>> 1) & 0b11) === RLE_BLOCK ? 1 : value >>> 3;
      next(isLast ? 'magic' : 'block', content + (isLast && hasChecksum ? 4 : 0));
    }
  };
  return {
    push(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const skipped = Math.min(toSkip, chunk.length - at);
        toSkip -= skipped;
        at += skipped;
        if (at === chunk.length) break;
        value = (value | ((chunk[at++] ?? 0) << (8 * gathered++))) >>> 0;
        if (gathered < PART_BYTES[part]) continue;
        read();
        [gathered, value] = [0, 0];
      }
    },
    isWhole: () => part === 'magic' && gathered === 0 && toSkip === 0,
  };
}

/** Bytes of a frame header behind its descriptor: window, dictionary, content size (§3.1.1.1). */
function headerRest(descriptor: number): number {
  const isSingleSegment = (descriptor & 0b100000) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
  return (isSingleSegment ? 0 : 1) + (DICTIONARY_BYTES[descriptor & 0b11] ?? 0) + sizeBytes;
}
