import { expect, test } from 'vitest';
import { partText, readParts } from '../src/message.ts';
import { foreignParts, withForeignTexts } from '../src/mime-foreign.ts';
import { readMessage } from '../src/read.ts';

const TEXT = 'Content-Type: text/plain; charset=ibm850\n\nKein Empf\u0084nger: bob@example.net\n';

test('a part in a charset that the platform cannot read is decoded by mailparser', async () => {
  const message = readParts(TEXT);
  const parts = foreignParts(message);
  expect(parts).toHaveLength(1);
  const whole = await withForeignTexts(message, parts);
  expect(parts.map((part) => partText(whole, part, 1000))).toEqual(['Kein Empfänger: bob@example.net\n']);
});

test.each([
  ['a known charset', 'Content-Type: text/plain; charset=iso-8859-1\n\n\u00e9'],
  ['ASCII in an unknown charset', 'Content-Type: text/plain; charset=x-no-such\n\nabc'],
  ['an attachment', 'Content-Type: image/png; charset=x-no-such\n\n\u0084'],
])('%s needs no help', (_name, text) => expect(foreignParts(readParts(text))).toEqual([]));

test('a report in such a charset is read in the end, and a charset nobody knows does no harm', async () => {
  for (const charset of ['ibm850', 'x-no-such']) {
    const report = `From: MAILER-DAEMON@example.net\nSubject: failure notice\n${TEXT.replace('ibm850', charset)}`;
    const read = await readMessage(Buffer.from(report, 'latin1'));
    expect(read.report?.recipients.map((one) => one.address)).toEqual(['bob@example.net']);
    expect(read.error).toBeNull();
  }
});
