import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FrameReader } from '../src/client-tcp.ts';

test('any chunking of the stream gives the same messages', () => {
  const message = fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets));
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 6 }),
      fc.array(fc.nat({ max: 9 }), { minLength: 1 }),
      (messages, sizes) => {
        const stream = Buffer.concat(messages.flatMap((one) => [Buffer.of(one.length >> 8, one.length & 255), one]));
        const reader = new FrameReader();
        const found: Buffer[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          // Empty chunks too, but not for ever.
          const end = i % sizes.length === 0 ? at + Math.max(1, size) : at + size;
          found.push(...reader.push(stream.subarray(at, end)));
          at = end;
        }
        expect(found).toEqual(messages);
      },
    ),
  );
});

test('64 kB in single octets are copied twice at most', () => {
  const concat = vi.spyOn(Buffer, 'concat');
  onTestFinished(() => concat.mockRestore());
  const reader = new FrameReader();
  reader.push(Buffer.of(0xff, 0xff));
  let found = 0;
  for (let i = 0; i < 0xffff; i++) found += reader.push(Buffer.of(7)).length;
  expect(found).toBe(1);
  const copied = concat.mock.results.reduce((octets, { value }) => octets + (value?.length ?? 0), 0);
  expect(copied).toBeGreaterThanOrEqual(0xffff);
  expect(copied).toBeLessThan(2 * 0x10000);
});
