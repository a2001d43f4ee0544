import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasShared, needs, sharedDir } from '../../../test/support/require.ts';
import { type MailRead, readMessage } from '../src/read.ts';

// The bars of the shared corpus. Labels that are not scored there are not scored here either.
type Label = {
  readonly file: string;
  readonly kind: string;
  readonly recipients: readonly string[] | null;
  readonly per_recipient?: readonly { readonly address: string; readonly status: string }[];
  readonly original?: { readonly message_id?: string | null } | null;
};

const present = needs('../shared/bounce/dev', hasShared('bounce/dev/manifest.jsonl'));

class Share {
  right = 0;
  of = 0;
  readonly wrong: string[] = [];

  count(isRight: boolean, what: string): void {
    this.of += 1;
    if (isRight) this.right += 1;
    else this.wrong.push(what);
  }

  get percent(): number {
    return (100 * this.right) / this.of;
  }
}

type Scores = Readonly<Record<'recall' | 'precision' | 'recipients' | 'status' | 'messageId' | 'ordinary', Share>>;

function key(address: string): string {
  return address.toLowerCase();
}

function scoreOne(scores: Scores, label: Label, read: MailRead): void {
  if (label.kind === 'bounce') scores.recall.count(read.kind === 'bounce', label.file);
  if (read.kind === 'bounce') scores.precision.count(label.kind === 'bounce', label.file);
  if (label.kind === 'ordinary') scores.ordinary.count(read.kind === 'ordinary', label.file);
  if (label.kind !== 'bounce') return;
  const found = new Map((read.report?.recipients ?? []).map((one) => [key(one.address), one]));
  if (label.recipients !== null) {
    const wanted = new Set(label.recipients.map(key));
    const isSame = wanted.size === found.size && [...wanted].every((one) => found.has(one));
    scores.recipients.count(isSame, `${label.file}: ${[...found.keys()].join(' ')}`);
  }
  for (const { address, status } of label.per_recipient ?? []) {
    // x.0.9nn are internal codes of the tool that made the labels.
    if (status === '' || /^[45]\.0\.9\d\d$/.test(status)) continue;
    const got = found.get(key(address))?.status ?? null;
    scores.status.count(got === status, `${label.file}: ${got}, not ${status}`);
  }
  const id = label.original?.message_id ?? null;
  if (id !== null) scores.messageId.count(read.report?.original?.messageId === id, label.file);
}

async function scoreCorpus(): Promise<Scores> {
  const folder = join(sharedDir, 'bounce/dev');
  const scores = {
    recall: new Share(),
    precision: new Share(),
    recipients: new Share(),
    status: new Share(),
    messageId: new Share(),
    ordinary: new Share(),
  };
  for (const line of readFileSync(join(folder, 'manifest.jsonl'), 'utf8').trim().split('\n')) {
    const label: Label = JSON.parse(line);
    scoreOne(scores, label, await readMessage(readFileSync(join(folder, label.file))));
  }
  return scores;
}

describe.skipIf(!present)('the shared corpus (skipped when ../shared/bounce/dev is missing)', async () => {
  const scores = present ? await scoreCorpus() : null;

  test.each([
    ['recall', 99],
    ['precision', 99.8],
    ['recipients', 97],
    ['status', 99],
    ['messageId', 97],
    ['ordinary', 99],
  ] as const)('%s is at least %s %%', (name, bar) => {
    const share = scores?.[name] ?? new Share();
    expect(share.percent, share.wrong.join('\n')).toBeGreaterThanOrEqual(bar);
  });
});
