import { describe, expect, test } from 'vitest';
import { dialectMentions, findMentions } from '../../src/forms/mentions.ts';

const mention = (line: string): string =>
  findMentions([line])
    .map((one) => `${one.kind} ${one.address} ${one.rest}`.trim())
    .join(' | ');

describe('how a line names an address', () => {
  test.each([
    ['<bob@example.net>:', 'heading bob@example.net'],
    ['  bob@example.net', 'heading bob@example.net'],
    ['<bob@example.net>: 550 no', 'heading bob@example.net 550 no'],
    ['* bob@example.net', 'heading bob@example.net'],
    ['>>> bob@example.net <bob@example.net>', 'heading bob@example.net'],
    ['bob@example.net [User unknown]', 'heading bob@example.net [User unknown]'],
    ['bob@example.net... no such user', 'heading bob@example.net no such user'],
    ['bob@example.net on Mon, 2 Mar 2026', 'heading bob@example.net on Mon, 2 Mar 2026'],
    ['Bob B. <bob@example.net>: 550 no', 'heading bob@example.net 550 no'],
    ['a@example.net, b@example.net', 'heading a@example.net | heading b@example.net'],
    ['Failed Recipient: bob@example.net', 'labelled bob@example.net'],
    ['Recipient: [SMTP:bob@example.net]', 'labelled bob@example.net'],
    ['Addressed To: bob@example.net', 'labelled bob@example.net'],
    ['>>> RCPT TO:<bob@example.net>', 'dialogue bob@example.net'],
    ['550 5.1.1 <bob@example.net>... User unknown', 'dialogue bob@example.net User unknown'],
    ['Your mail to bob@example.net could not be delivered.', 'sentence bob@example.net could not be delivered.'],
    ['To: bob@example.net', 'summary bob@example.net'],
    ['From: ann@example.com', ''],
    ['please contact <help@example.net>', ''],
    ['MAIL FROM: ann@example.com', ''],
    ['nothing', ''],
  ])('%s', (line, expected) => expect(mention(line)).toBe(expected));
});

test("a dialect's own lines are taken whole", () => {
  const [one] = dialectMentions(['Error-for:  bob@example.net'], /^error-for:\s*(.+)/i);
  expect(one).toMatchObject({ kind: 'heading', address: 'bob@example.net', rest: 'Error-for:  bob@example.net' });
});
