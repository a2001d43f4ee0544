import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type MailRead, readMessage } from '../src/read.ts';
import type { OriginalMessage, RecipientStatus } from '../src/report.ts';

// One folder per case: message.eml, and expected.json with what matters about it. All synthetic.
const folder = new URL('./fixtures/bounces/', import.meta.url);

type Expected = {
  readonly kind: string;
  readonly form?: string;
  readonly dialect?: string;
  readonly reportedBy?: string;
  readonly recipients: readonly Partial<RecipientStatus>[];
  readonly original: Readonly<Record<string, unknown>> | null;
};

function shown(read: MailRead, expected: Expected): Expected {
  const { report } = read;
  const original = report?.original ?? null;
  const facts = original === null ? {} : originalFacts(original);
  return {
    kind: read.kind,
    ...(expected.form === undefined ? {} : { form: String(report?.form) }),
    ...(expected.dialect === undefined ? {} : { dialect: String(report?.dialect) }),
    ...(expected.reportedBy === undefined ? {} : { reportedBy: String(report?.reportedBy) }),
    recipients: (report?.recipients ?? []).map((one, index) => pick(one, expected.recipients[index] ?? one)),
    original: expected.original === null ? null : pick(facts, expected.original),
  };
}

function originalFacts(original: OriginalMessage): Readonly<Record<string, unknown>> {
  const { completeness, headerFrom, messageId, envelopeSender, date, subject, injectedBy } = original;
  return { completeness, headerFrom, messageId, envelopeSender, date, subject, injectedBy: injectedBy?.text ?? null };
}

function pick(
  from: Readonly<Record<string, unknown>>,
  like: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.keys(like).map((name) => [name, from[name]]));
}

describe('a message is read as its fixture says', () => {
  test.each(readdirSync(folder))('%s', async (name) => {
    const expected: Expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, folder), 'utf8'));
    const read = await readMessage(readFileSync(new URL(`${name}/message.eml`, folder)));
    expect(read.error).toBeNull();
    expect(shown(read, expected)).toEqual(expected);
  });
});
