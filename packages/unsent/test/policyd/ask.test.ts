import { expect, test } from 'vitest';
import { zoneCli } from '../support/zone-cli.ts';

const ZONE = `
  pass.example. 300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
  fail.example. 300 IN TXT "v=spf1 -all"
`;

test.each([
  ['a@pass.example', /^answer +PREPEND Received-SPF: pass /m, /^rule +spf-mailfrom: SPF of the sender$/m],
  ['a@fail.example', /^answer +550 5\.7\.23 /m, /^meaning +Postfix refuses the recipient\.$/m],
])('explains what %s meets', async (sender, answer, rest) => {
  const { out, exitCode } = await ask('--client', '192.0.2.7', '--sender', sender, '--recipient', 'b@example.com');
  expect(exitCode).toBe(0);
  expect(out).toMatch(answer);
  expect(out).toMatch(rest);
});

test.each([
  ['<a@fail.example>', 'b@example.com', /^answer +550 5\.7\.23 /m, /^rule +spf-mailfrom/m],
  ['<a@fail.example>', '<b@example.com>', /^answer +550 5\.7\.23 /m, /^rule +spf-mailfrom/m],
  ['<>', '<b@example.com>', /^answer +PREPEND|^answer +DUNNO/m, /^rule +spf-helo/m],
])('takes %s and %s for what is between the brackets', async (sender, recipient, answer, rule) => {
  const rest = ['--helo', 'pass.example', '--sender', sender, '--recipient', recipient];
  const { out } = await ask('--client', '192.0.2.7', ...rest);
  expect(out).toMatch(answer);
  expect(out).toMatch(rule);
});

test.each([
  [['--client', 'mx.example', '--sender', 'a@b.example', '--recipient', 'c@d.example'], /is no address/],
  [['--client', '192.0.2.7', '--sender', 'a\nrequest=x', '--recipient', 'c@d.example'], /line break/],
  [['--client', '192.0.2.7', '--sender', 'a@b.example'], /--recipient/],
])('refuses %j', async (args, why) => {
  const { exitCode, err } = await ask(...args);
  expect(exitCode).toBe(2);
  expect(err).toMatch(why);
});

async function ask(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const cli = zoneCli(ZONE);
  try {
    return await cli.run('policyd', 'ask', ...args);
  } finally {
    cli.remove();
  }
}
