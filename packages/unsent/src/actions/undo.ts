import { type ActionMailbox, type ActionOutcome, openActionMailbox } from '@unsent/bounce';
import { type ExitCode, UnsentError } from '@unsent/dns';
import type { StoreActions, StoredAction } from '@unsent/store';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import { renderTable } from '../output/table.ts';
import { imapAccounts, type LoginFlags } from '../scan/mailboxes.ts';
import { sourceOptions } from '../scan/read-sources.ts';
import type { Shell } from '../shell.ts';
import { actionTally } from './actor.ts';

/** `unsent scan undo [RUN]`: takes back what a run did to messages; without a run, lists those that did something. */
export async function runScanUndo(shell: Shell, runText: string | undefined, flags: LoginFlags): Promise<ExitCode> {
  const { actions } = await shell.store();
  if (runText === undefined) return listRuns(shell, actions);
  const run = /^\d{1,15}$/.test(runText) ? Number(runText) : Number.NaN;
  const rows = Number.isNaN(run) ? [] : await actions.ofRun(run);
  if (rows.length === 0) {
    throw new UnsentError('run-unknown', {
      message: `no run ${runText} did anything to messages`,
      hint: 'unsent scan undo lists the runs that did.',
    });
  }
  return shell.uninterrupted(() => undo(shell, actions, { run, rows }, flags));
}

async function listRuns(shell: Shell, actions: StoreActions): Promise<ExitCode> {
  const runs = await actions.runs();
  if (shell.options.json) {
    shell.stdout.write(`${JSON.stringify(runs)}\n`);
    return 0;
  }
  const rows = runs.map(({ run, at, actions: count }) => [String(run), at.toISOString().slice(0, 16), String(count)]);
  const columns = [{ title: 'Run', align: 'right' }, { title: 'When' }, { title: 'Actions', align: 'right' }] as const;
  const text = rows.length === 0 ? 'No run did anything to messages.\n' : renderTable(columns, rows, { width: null });
  shell.stdout.write(text);
  return 0;
}

async function undo(
  shell: Shell,
  store: StoreActions,
  { run, rows }: { readonly run: number; readonly rows: readonly StoredAction[] },
  flags: LoginFlags,
): Promise<ExitCode> {
  const accountFor = await imapAccounts(shell, flags);
  const tally = actionTally();
  const open = rows.filter(({ kind, state }) => isReversible(kind) && (state === 'done' || state === 'intended'));
  for (const source of new Set(open.map((row) => row.source))) {
    const ofSource = open.filter((one) => one.source === source);
    const tell = (row: StoredAction, outcome: ActionOutcome): void =>
      tally.add(row.kind === 'move' ? { kind: 'move', folder: source } : { kind: 'unflag', flag: row.target }, outcome);
    const elsewhere = onOtherHost(source);
    if (elsewhere !== null) for (const row of ofSource) tell(row, { kind: 'failed', why: elsewhere });
    else
      await takeBackAll(
        shell,
        store,
        ofSource,
        await openActionMailbox(source, accountFor, sourceOptions(shell)),
        tell,
      );
  }
  const isNothing = open.length === 0;
  const { deleted, copies } = lost(rows);
  if (shell.options.json) shell.stdout.write(`${JSON.stringify({ run, actions: tally.sums(), deleted, copies })}\n`);
  else for (const line of undoneLines(tally.lines(), { isNothing, deleted, copies })) shell.stdout.write(`${line}\n`);
  for (const why of tally.reasons()) shell.stderr.write(`unsent: ${escapeForTerminal(why)}\n`);
  return tally.reasons().length > 0 ? 1 : 0;
}

/** Why a mailbox (`//HOST/PATH`) cannot be opened here, when another host that shares the database has it; else null. */
function onOtherHost(source: string): string | null {
  const [, host, path] = /^\/\/([^/]+)(\/.*)$/s.exec(source) ?? [];
  return host === undefined ? null : `${path} is on ${host}; what was done in it is taken back there`;
}

async function takeBackAll(
  shell: Shell,
  store: StoreActions,
  rows: readonly StoredAction[],
  { mailbox, close }: Awaited<ReturnType<typeof openActionMailbox>>,
  tell: (row: StoredAction, outcome: ActionOutcome) => void,
): Promise<void> {
  const moved = new Map<string, string>();
  try {
    // The last thing first: a flag is taken from a message where it has come back to.
    for (const row of [...rows].reverse()) {
      if (shell.signal.aborted) break;
      const outcome = await takeBack(mailbox, row, moved);
      if (outcome.kind === 'done' || outcome.kind === 'already') {
        await store.finish(row.id, shell.now(), 'undone', row.placeAfter);
      }
      tell(row, outcome);
    }
  } finally {
    await close();
  }
}

function isReversible(kind: string): boolean {
  return kind === 'move' || kind === 'flag';
}

async function takeBack(mailbox: ActionMailbox, row: StoredAction, moved: Map<string, string>): Promise<ActionOutcome> {
  const { identity, place, placeAfter } = row;
  const message = { identity, wasTried: false };
  if (row.kind === 'flag') {
    return mailbox.act({ kind: 'unflag', flag: row.target }, { ...message, place: moved.get(identity) ?? place });
  }
  const outcome = await mailbox.moveBack(row.target, { ...message, place: placeAfter ?? '' }, place);
  if (outcome.kind === 'done' && outcome.place !== null) moved.set(identity, outcome.place);
  return outcome;
}

/** What no undo brings back: messages that were deleted. And what it leaves: the files that were copied to. */
function lost(rows: readonly StoredAction[]): { readonly deleted: number; readonly copies: readonly string[] } {
  return {
    deleted: rows.filter(({ kind, state }) => kind === 'delete' && state === 'done').length,
    copies: [...new Set(rows.filter(({ kind }) => kind === 'copy').map(({ target }) => target))],
  };
}

function undoneLines(
  done: readonly string[],
  { isNothing, deleted, copies }: ReturnType<typeof lost> & { readonly isNothing: boolean },
): readonly string[] {
  return [
    ...done.map((line) => escapeForTerminal(line)),
    ...(deleted > 0 ? [`${plural(deleted, 'deleted message')} cannot be brought back.`] : []),
    ...copies.map((file) => `Copies stay in ${escapeForTerminal(file)}.`),
    ...(isNothing ? ['Nothing is left to take back.'] : []),
  ];
}
