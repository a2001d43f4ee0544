import { describe, expect, test } from 'vitest';
import { readParameters } from '../src/mime-type.ts';

describe('a value with parameters', () => {
  test.each([
    ['text/plain', 'text/plain', {}],
    [' Text/Plain ; charset=UTF-8', 'text/plain', { charset: 'UTF-8' }],
    ['a/b;\n\tboundary="x; y=\\"z\\""', 'a/b', { boundary: 'x; y="z"' }],
    ['a/b; name=x (comment)', 'a/b', { name: 'x' }],
    ['a/b; report-type=delivery-status;\n boundary=c', 'a/b', { 'report-type': 'delivery-status', boundary: 'c' }],
    ['a/b;; boundary = "open', 'a/b', { boundary: 'open' }],
    ["a/b; name*=utf-8''caf%C3%A9.eml", 'a/b', { name: 'café.eml' }],
    ['a/b; name*0="long"; name*1=".eml"', 'a/b', { name: 'long.eml' }],
    ['a/b; name="=?utf-8?q?caf=C3=A9?="', 'a/b', { name: 'café' }],
    ['a/b; charset=one; charset=two', 'a/b', { charset: 'one' }],
    ['', '', {}],
  ])('%j', (raw, value, parameters) => {
    const read = readParameters(raw);
    expect(read.value).toBe(value);
    expect(Object.fromEntries(read.parameters)).toEqual(parameters);
  });
});
