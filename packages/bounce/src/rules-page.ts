import type { Rule } from './rule.ts';

/** The page docs/rules.md: how a verdict is made, then every rule by what it points at and how strong it is. */
export function rulesPage(rules: readonly Rule[]): string {
  const sections = (['backscatter', 'genuine'] as const).flatMap((points) =>
    (['decisive', 'strong', 'weak'] as const).map((strength) => {
      const rows = rules.filter((rule) => rule.points === points && rule.strength === strength);
      const lines = rows.map(({ id, sentence }) => `| \`${id}\` | ${sentence} |`);
      return [`### For ${points}: ${strength}`, '', '| rule | what it means |', '|---|---|', ...lines, ''].join('\n');
    }),
  );
  return `${HEAD}\n${sections.join('\n')}`;
}

const HEAD = `# How a verdict is made

\`\`\`
unsent explain bounce.eml
\`\`\`

shows for one message what was read, which rules spoke, and the verdict. The same rule names stand in \`evidence\` of
\`unsent scan --json\`.

- **backscatter** (\`yes\`): the mail that was returned or answered is not ours.
- **genuine** (\`no\`): it is ours.
- **unknown**: what is known does not settle it. That is an answer, not a failure.

Delivery reports and automatic answers get a verdict; complaints, DMARC reports, receipts and ordinary mail do not.

## From facts to verdict

There are three strengths and no scores.

1. A *decisive* fact for genuine makes the mail genuine.
2. Else a decisive fact for backscatter makes it backscatter.
3. Else two *strong* facts that agree, and none against them, make it what they say.
4. Else it is unknown. *Weak* facts are shown and never counted.

Why genuine comes first: what proves that this very message is ours (a DKIM signature, the sent log, a BATV tag, our own
host as the reporter saw it) is about the message; that a domain is unused was declared by somebody, and declarations can
be wrong. When such proof turns up for a domain that "never sends", \`unsent scan\` warns.

Two cases that look alike and are kept apart:

- *Forwarded or forged?* SPF fails for forwarded mail too. A forwarder leaves our Received line in place, and its own
  line joins the one above it: "by" the host that the line above says "from". Then nothing is said against the mail.
  A line that names our host but joins nothing is taken for the forgery that it looks like. A forger who takes care to
  join the lines gets \`unknown\`; only the sent log, DKIM or BATV can tell then.
- *Not in the sent log, or not logged?* The log speaks for the time it covers on every host that was seen to send for
  the domain, five days of waiting in the queue included. It is decisive only about Message-IDs of a kind that our own
  systems make, and never against a message that one of our hosts handed over.

What cannot be known: a signed message, or one with a known Message-ID, can be sent again by somebody else. It then
counts as ours, because it is; a signature older than two weeks is no longer decisive.

## The rules

This part is written by \`node scripts/write-rules.mjs\` from the table in the code.
`;
