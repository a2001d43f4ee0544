import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zstdFrames } from '../../src/sources/zstd-frames.ts';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

function little(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 0xff);
}

/** A block's header says last (1 bit), type (2), size (21), RFC 8878 §3.1.1.2; of RLE only one byte follows. */
function block(isLast: boolean, type: 0 | 1 | 2, size: number): number[] {
  const content = Array.from({ length: type === 1 ? 1 : size }, () => 0xff);
  return [...little(((size << 3) | (type << 1) | (isLast ? 1 : 0)) >>> 0, 3), ...content];
}

/** Descriptor, and how many bytes of header follow it, counted by hand from §3.1.1.1. */
const HEADERS: readonly (readonly [number, number])[] = [
  [0b0000_0000, 1], // window
  [0b0010_0000, 1], // single segment, content size of one byte
  [0b0110_0000, 2],
  [0b1010_0000, 4],
  [0b1110_0000, 8],
  [0b0100_0000, 3], // window and content size of two bytes
  [0b1100_0011, 13], // window, dictionary of four bytes, content size of eight
  [0b0010_0110, 3], // dictionary of two bytes, content size of one, checksum
];

const frame = fc
  .record({
    header: fc.constantFrom(...HEADERS),
    blocks: fc.array(fc.tuple(fc.constantFrom<0 | 1 | 2>(0, 1, 2), fc.nat(300)), { minLength: 1, maxLength: 4 }),
  })
  .map(({ header: [descriptor, rest], blocks }) => [
    ...MAGIC,
    descriptor,
    ...Array.from({ length: rest }, () => 0xff),
    ...blocks.flatMap(([type, size], i) => block(i === blocks.length - 1, type, size)),
    ...((descriptor & 0b100) === 0 ? [] : [1, 2, 3, 4]),
  ]);
const skippable = fc
  .tuple(fc.nat(15), fc.nat(50))
  .map(([kind, size]) => [0x50 + kind, 0x2a, 0x4d, 0x18, ...little(size, 4), ...Array.from({ length: size }, () => 9)]);

describe('zstd frames', () => {
  test('are whole at their ends and nowhere else, however the bytes come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(frame, skippable), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 40 }),
        (frames, step) => {
          const bytes = Buffer.from(frames.flat());
          const ends = new Set(frames.map((_, i) => frames.slice(0, i + 1).flat().length));
          const one = zstdFrames();
          for (let at = 0; at < bytes.length; at++) {
            one.push(bytes.subarray(at, at + 1));
            expect([at + 1, one.isWhole()]).toEqual([at + 1, ends.has(at + 1)]);
          }
          const many = zstdFrames();
          for (let at = 0; at < bytes.length; at += step) many.push(bytes.subarray(at, at + step));
          expect(many.isWhole()).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('nothing is whole', () => {
    expect(zstdFrames().isWhole()).toBe(true);
  });
});
