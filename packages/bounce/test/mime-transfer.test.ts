import { describe, expect, test } from 'vitest';
import { decodeTransfer } from '../src/mime-transfer.ts';

describe('transfer encodings are undone', () => {
  test.each([
    ['quoted-printable', 'a=3Db=\nc= \nd=zz', 'a=bcd=zz'],
    ['quoted-printable', 'plain', 'plain'],
    ['base64', 'YWJj\nZGVm', 'abcdef'],
    ['base64', 'YQ0KYg==', 'a\nb'],
    ['base64', 'Final-Recipient: rfc822; a@b', 'Final-Recipient: rfc822; a@b'], // a label that is not true
    ['7bit', 'a=3D', 'a=3D'],
    ['', 'a=3D', 'a=3D'],
    ['x-uuencode', 'begin', 'begin'],
  ])('%s: %j', (encoding, from, to) => expect(decodeTransfer(from, encoding)).toBe(to));
});
