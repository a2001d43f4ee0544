import { describe, expect, test } from 'vitest';
import { checkNow, name, type query, recorded, zone } from './support/check.ts';

function explanation(
  text: string,
  fields: Parameters<typeof query>[0] = {},
  failing: readonly { name: ReturnType<typeof name> }[] = [],
) {
  const outcome = checkNow(zone(text, failing), fields);
  if (outcome.result !== 'fail') throw new Error(outcome.result);
  return outcome.explanation;
}

const RECORD = '@ TXT "v=spf1 -all exp=e.example.com"\n';

describe('the explanation of a fail', () => {
  test.each([
    ['e TXT "Go away."', 'Go away.'],
    ['e TXT "one " "text"', 'one text'],
    [
      'e TXT "%{i} may not send for %{d}, says %{r} at %{t}"',
      '192.0.2.1 may not send for example.com, says mx.example.org at 1700000000',
    ],
    ['e TXT "%{c} %{h} 100%%"', '192.0.2.1 mail.example.net 100%'],
    ['e TXT "a"\ne TXT "b"', null], // RFC 7208 §6.2: more than one
    ['e A 192.0.2.1', null],
    ['f TXT "x"', null],
    ['e TXT "100%"', null], // a syntax error
    ['e TXT "%{z}"', null],
    ['e TXT "tab\\009here"', null],
  ])('%s → %j', (text, expected) => {
    expect(explanation(RECORD + text)).toBe(expected);
  });

  test('is null when its name cannot be asked for, and the result stays', () => {
    expect(explanation(`${RECORD}e TXT "x"`, {}, [{ name: name('e.example.com') }])).toBeNull();
    expect(explanation('@ TXT "v=spf1 -all exp=%{l}.e.example.com"\n', { sender: '\u00fc@example.com' })).toBeNull();
    expect(explanation('@ TXT "v=spf1 -all exp=%{l}.example.com"', { sender: 'a..b@example.com' })).toBeNull();
  });

  test('is not asked for with a local part that is not ASCII, percent-encoded neither (RFC 8616 §4)', () => {
    const text = '@ TXT "v=spf1 -all exp=%{L}.e.example.com"\n*.e TXT "x"';
    expect(explanation(text)).toBe('x');
    expect(explanation(text, { sender: '\u00fc@example.com' })).toBeNull();
  });

  test('is one line of 7-bit text whatever the client says', () => {
    const sender = 'a\r\nb\u00fc\u0000\u007f@example.com';
    expect(explanation(`${RECORD}e TXT "%{l} %{h}"`, { sender, helo: 'x\r\n250 ok' })).toBe('a??b??? x??250 ok');
  });

  test('is capped', () => {
    expect(explanation(`${RECORD}e TXT "%{l}%{l}%{l}"`, { sender: `${'x'.repeat(60_000)}@example.com` })).toHaveLength(
      450,
    );
  });

  test('comes from the record that decided: not from an include, not from before a redirect', () => {
    const exps = 'e1 TXT "outer"\ne2 TXT "inner"';
    expect(
      explanation(
        `@ TXT "v=spf1 include:i.example.com -all exp=e1.example.com"\ni TXT "v=spf1 -all exp=e2.example.com"\n${exps}`,
      ),
    ).toBe('outer');
    expect(
      explanation(
        `@ TXT "v=spf1 redirect=i.example.com exp=e1.example.com"\ni TXT "v=spf1 -all exp=e2.example.com"\n${exps}`,
      ),
    ).toBe('inner');
    expect(
      explanation(`@ TXT "v=spf1 redirect=i.example.com exp=e1.example.com"\ni TXT "v=spf1 -all"\n${exps}`),
    ).toBeNull();
  });
});

test('no other result asks for it', () => {
  const { resolver, questions } = recorded(zone('@ TXT "v=spf1 ~all exp=e.example.com"\ne TXT "x"'));
  checkNow(resolver);
  expect(questions).toEqual(['example.com TXT']);
});

test('its lookup is none of the ten', () => {
  const terms = Array(10).fill('a:h.example.com').join(' ');
  const text = `@ TXT "v=spf1 ${terms} -all exp=e.example.com"\nh A 198.51.100.1\ne TXT "still here"`;
  expect(explanation(text)).toBe('still here');
});
