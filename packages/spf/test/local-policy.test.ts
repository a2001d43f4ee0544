import { expect, test } from 'vitest';
import { withLocalPolicy } from '../src/local-policy.ts';
import { parseSpf } from '../src/parse.ts';

test.each([
  ['v=spf1 a mx -all', 'a mx ip4:192.0.2.1 -all'],
  ['v=spf1 a ~mx -all', 'a ip4:192.0.2.1 ~mx -all'],
  ['v=spf1 a', 'a ip4:192.0.2.1'],
  ['v=spf1 +all', '+all'],
  ['v=spf1 -all', '-all'],
  ['v=spf1', 'ip4:192.0.2.1'],
])('%s becomes %s', (text, expected) => {
  const policy = parseSpf('v=spf1 ip4:192.0.2.1');
  const { record } = parseSpf(text);
  const terms = withLocalPolicy(record, policy.record).map((directive) => {
    const from = policy.record.directives.includes(directive) ? policy.record.text : text;
    return from.slice(directive.span.start, directive.span.end);
  });
  expect(terms.join(' ')).toBe(expected);
});
