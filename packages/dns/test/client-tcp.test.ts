import fc from 'fast-check';
import { expect, test } from 'vitest';
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

test('64 kB in single octets is read in no time', () => {
  const reader = new FrameReader();
  const started = performance.now();
  reader.push(Buffer.of(0xff, 0xff));
  let found = 0;
  for (let i = 0; i < 0xffff; i++) found += reader.push(Buffer.of(7)).length;
  expect(found).toBe(1);
  expect(performance.now() - started).toBeLessThan(500);
});
