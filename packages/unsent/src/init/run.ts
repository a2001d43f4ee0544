import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ExitCode, UnsentError } from '@unsent/dns';
import { configError } from '../config/problem.ts';
import type { Check } from '../doctor/check.ts';
import { renderCheck } from '../doctor/render.ts';
import { canAsk } from '../lockdown/ask.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { errorFromSystem } from '../output/file-error.ts';
import type { Shell } from '../shell.ts';
import { type Answers, parseAnswers } from './answers.ts';
import type { SortedAnswers } from './config-text.ts';
import { onceEach, type Sorted, sortDomains } from './domains.ts';
import {
  checkDraftMailboxes,
  checkDraftPostfix,
  checkDraftProvider,
  type Draft,
  draftOf,
  emptyShell,
  withPaths,
} from './draft.ts';
import { findPlace, type Place, writeNew } from './place.ts';
import { askAll } from './questions.ts';
import { checkSenders } from './senders.ts';
import { openTalk } from './talk.ts';

export type InitOptions = { readonly from?: string; readonly output?: string; readonly check: boolean };

const STDOUT = '-';

/**
 * `unsent init`: asks, or reads answers from a file, checks each, and writes a configuration where there is none.
 *
 * Exit code 0 written; 2 bad answers, or a configuration is there; 3 an answer does not work, or nobody agreed.
 */
export async function runInit(shell: Shell, options: InitOptions): Promise<ExitCode> {
  const place = options.output === STDOUT ? null : await findPlace(shell, options.output);
  const path = place?.path ?? join(shell.cwd, 'unsent.yaml');
  if (options.from !== undefined) return fromFile(shell, options.from, { options, place, path });
  if (!canAsk(shell) || place === null) {
    throw new UnsentError('usage', {
      message: 'There is nobody to ask here.',
      hint: 'Write the answers down and run unsent init --from ANSWERS.yaml: see docs/init.md.',
      exitCode: 2,
    });
  }
  return byAsking(shell, place);
}

async function byAsking(shell: Shell, place: Place): Promise<ExitCode> {
  const empty = emptyShell(shell, null);
  const resolver = await empty.resolver();
  const talk = openTalk(shell);
  try {
    talk.say(`A few questions; Enter takes what stands in brackets. Nothing is written before the last one.\n`);
    const look = onceEach(resolver);
    const answers = await askAll({ talk, shell: empty, resolver, look, path: place.path });
    const draft = draftOf(absolute(answers, join(shell.cwd, 'unsent.yaml'), shell), place.path, shell);
    talk.show(await checkSenders(draft.config, resolver, look, shell.now()));
    talk.say(`\n${draft.text}`);
    if (!(await talk.agree(`Write this to ${place.path}?`, true))) {
      talk.say('Nothing was written.');
      return 3;
    }
    await writeNew(place.path, draft.text);
    talk.say(`\nWritten: ${place.path}\n${nextSteps(draft, place)}`.trimEnd());
    return 0;
  } finally {
    talk.close();
  }
}

type Target = { readonly options: InitOptions; readonly place: Place | null; readonly path: string };

async function fromFile(shell: Shell, from: string, { options, place, path }: Target): Promise<ExitCode> {
  const answers = await readAnswers(shell, from);
  const empty = emptyShell(shell, answers.dnsServers);
  const resolver = await empty.resolver();
  const look = onceEach(resolver);
  const sorted: Sorted = options.check ? await sortDomains(answers, look) : unsorted(answers);
  const draft = draftOf({ ...answers, unused: sorted.unused, receiving: sorted.receiving }, path, shell);
  const checks = options.check
    ? [
        ...sorted.checks,
        ...(await checkSenders(draft.config, resolver, look, shell.now())),
        ...(await checkDraftProvider(draft)),
        ...(await checkDraftMailboxes(draft)),
        ...(answers.postfix ? await checkDraftPostfix(draft) : []),
      ]
    : [];
  const isRefused = checks.some(({ state }) => state === 'failure');
  if (!isRefused && place !== null) await writeNew(place.path, draft.text);
  print(shell, { checks, draft, place, isRefused });
  return isRefused ? 3 : 0;
}

/** Without a look at DNS: nobody is cut off from mail that may arrive. */
function unsorted({ neverSend, unused, receiving }: Answers): Sorted {
  return { unused, receiving: [...receiving, ...neverSend], checks: [] };
}

async function readAnswers(shell: Shell, from: string): Promise<Answers> {
  const path = resolve(shell.cwd, from);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const known = errorFromSystem(cause, 'read the answers', path);
    if (known === null) throw cause;
    throw new UnsentError(known.code, { message: known.message, exitCode: 2, cause });
  }
  const parsed = parseAnswers(text);
  if (parsed.kind === 'wrong') throw configError(path, parsed.problems);
  return withPaths(parsed.answers, path, shell);
}

function absolute(answers: SortedAnswers, base: string, shell: Shell): SortedAnswers {
  return withPaths({ ...answers, neverSend: [] }, base, shell);
}

type Outcome = {
  readonly checks: readonly Check[];
  readonly draft: Draft;
  readonly place: Place | null;
  readonly isRefused: boolean;
};

function print(shell: Shell, { checks, draft, place, isRefused }: Outcome): void {
  const { options, stdout, stderr, style } = shell;
  const written = isRefused ? null : (place?.path ?? null);
  if (options.json) {
    const next = isRefused ? [] : commandsFor(draft, place);
    stdout.write(`${JSON.stringify({ written, config: draft.text, checks, next })}\n`);
    return;
  }
  const shown = options.quiet ? checks.filter(({ state }) => state !== 'ok') : checks;
  const notes = place === null ? stderr : stdout;
  for (const check of shown) notes.write(renderCheck(check, style, 100));
  if (isRefused) {
    stderr.write(
      'unsent: an answer does not work, so nothing was written\n  Mend it, or take the answers as they are: --no-check\n',
    );
  } else if (place === null) stdout.write(draft.text);
  else if (!options.quiet) stdout.write(`\nWritten: ${escapeForTerminal(place.path)}\n${nextSteps(draft, place)}`);
}

function nextSteps(draft: Draft, place: Place | null): string {
  return `\nTry:\n${commandsFor(draft, place)
    .map((line) => `  ${escapeForTerminal(line)}\n`)
    .join('')}`;
}

/** The three commands to try. */
function commandsFor({ config }: Draft, place: Place | null): readonly string[] {
  const unsent = place === null || place.isFound ? 'unsent' : `unsent --config ${place.path}`;
  const silent = [...config.domains.unused, ...config.domains.receiving][0];
  const lock = config.provider === null ? '--export bind' : '--dry-run';
  return [
    config.mailboxes.length > 0 ? `${unsent} scan` : `${unsent} scan MAILBOX`,
    silent === undefined ? `${unsent} audit --all` : `${unsent} lockdown ${silent.name} ${lock}`,
    config.policy.listen === null ? `${unsent} doctor` : `${unsent} doctor postfix`,
  ];
}
