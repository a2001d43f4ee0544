import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSignature } from '../../src/dkim/signature.ts';

const GOOD =
  'v=1; a=rsa-sha256; c=relaxed/simple; d=Example.com; s=s1; t=100; x=200; h=From : To; bh=YWJj; b=ZGVm; i=@news.example.com';

function parse(text: string): ReturnType<typeof parseSignature> {
  return parseSignature({ name: 'dkim-signature', text: `DKIM-Signature: ${text}` });
}

test('reads every tag', () => {
  expect(parse(GOOD)).toMatchObject({
    domain: 'example.com',
    selector: 's1',
    algorithm: 'rsa-sha256',
    headerCanonicalization: 'relaxed',
    bodyCanonicalization: 'simple',
    signedNames: ['from', 'to'],
    bodyLength: null,
    identityDomain: 'news.example.com',
    signedAt: new Date(100_000),
    expiresAt: new Date(200_000),
  });
});

test.each([
  ['v=1', 'v=2', 'v= is not 1'],
  ['rsa-sha256', 'rsa-sha1', 'not accepted'],
  ['relaxed/simple', 'relaxed/loose', 'c= is unknown'],
  ['d=Example.com', 'd=ex ample..com', 'd= is missing'],
  ['h=From : To', 'h=To', 'does not cover From'],
  ['x=200', 'x=100', 'x= lies before t='],
  ['t=100', 't=-1', 'no number'],
  ['i=@news.example.com', 'i=@example.org', 'i= lies outside'],
  ['b=ZGVm', 'b=Z', 'no base64'],
  ['b=ZGVm', 'b=', 'no base64'],
  ['s=s1', 's=', 's= is missing'],
  ['t=100', 't=100; t=100', 'malformed'],
  ['t=100', 't=100; q=dns/other', 'something other than DNS'],
])('%s → %s is unusable: %s', (before, after, problem) => {
  expect(parse(GOOD.replace(before, after))).toMatchObject({ problem: expect.stringContaining(problem) });
});

test('a ";" at the end is fine, a missing c= is simple/simple', () => {
  expect(parse(`${GOOD.replace('c=relaxed/simple; ', '')};`)).toMatchObject({
    headerCanonicalization: 'simple',
    bodyCanonicalization: 'simple',
  });
});

test('never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => GOOD.replace('relaxed', text)),
      ),
      (text) => {
        parse(text);
      },
    ),
  );
});
