import { expect, test } from 'vitest';
import { charsetOf, partBytes, partText, readParts } from '../src/message.ts';

test('a part is read through its transfer encoding and charset, HTML as text', () => {
  const message = readParts(
    'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: quoted-printable\n\n=C1\n--b\nContent-Type: text/html\nContent-Transfer-Encoding: BASE64\n\nPHA+eDwvcD4=\n--b--\n',
  );
  expect(message.parts.map((part) => partBytes(message, part, 100))).toEqual(['\u00c1', '<p>x</p>']);
  expect(message.parts.map((part) => partText(message, part, 100))).toEqual(['а', '\nx\n']);
  expect(message.parts.map(charsetOf)).toEqual(['koi8-r', null]);
});

test('a part is cut at the length that is asked for', () => {
  const message = readParts('Subject: x\n\nabcdef');
  expect(message.parts.map((part) => partBytes(message, part, 3))).toEqual(['abc']);
});
