import { type ActionOutcome, actionError, type MailAction, type MailSource } from '@unsent/bounce';
import type { StoreActions, StoredAction } from '@unsent/store';
import type { Classified } from '../scan/classified.ts';
import { copyMessages } from './copy.ts';
import { actionText, type ScanAction, targetOf } from './parse.ts';
import type { ActorTools, Candidate } from './tools.ts';

/** Does something with the messages of one source that surely are backscatter. */
export interface Actor {
  /** Is it backscatter, by a fact that settles it alone, of a message that was read whole? */
  wants(found: Classified): boolean;
  /** Before the messages are recorded: writes down what is to be done, and copies. */
  intend(messages: readonly Candidate[]): Promise<void>;
  /** After the messages are recorded and told: in a dry run, tells what would have been done with them. */
  recorded(): void;
  /** After the source was read: does what was written down, also by a run that was ended before it was done. */
  perform(): Promise<void>;
}

/** Throws `source-action` when the source is one that can only be read and one of the actions changes it. */
export async function openActor(source: MailSource, actions: readonly ScanAction[], tools: ActorTools): Promise<Actor> {
  const { store, run, dryRun, tell } = tools;
  const { mailbox = null } = source;
  const key = mailbox?.source ?? source.name ?? source.label;
  const changes = actions.filter((action): action is MailAction => action.kind !== 'copy');
  for (const action of changes) {
    if (mailbox === null) throw actionError(source.label, `it is ${ARTICLES[source.kind]}`);
    if (!dryRun) await mailbox.check(action);
  }
  // What lies in the folder that messages are moved to has arrived.
  const isTarget = changes.some((action) => action.kind === 'move' && mailbox?.isSame(action.folder) === true);
  let planned: readonly Candidate[] = [];
  return {
    wants: (found) => !isTarget && found.backscatter === 'yes' && found.isDecisive && found.error === null,
    async intend(messages) {
      const left = await store.takenBack(
        key,
        messages.map(({ identity }) => identity),
      );
      const wanted = messages.filter(({ identity }) => !left.has(identity));
      if (wanted.length === 0) return;
      if (dryRun) {
        planned = wanted;
        return;
      }
      for (const action of actions) if (action.kind === 'copy') await copyMessages(key, action, wanted, tools);
      const intents = wanted.flatMap(({ identity, place }) =>
        changes.map((action) => ({ identity, place, source: key, kind: action.kind, target: targetOf(action) })),
      );
      await store.intend(run, tools.options.now(), intents);
    },
    recorded() {
      for (const { place } of planned) for (const action of actions) tell(action, place, 'would');
      planned = [];
    },
    async perform() {
      if (mailbox === null || dryRun) return;
      for (const row of await store.pending(key)) {
        if (tools.signal.aborted) return;
        const action = changes.find((one) => one.kind === row.kind && targetOf(one) === row.target);
        if (action === undefined) continue;
        const outcome = await mailbox.act(action, { ...row, wasTried: row.run !== run || row.state === 'failed' });
        await finish(store, row, outcome, tools.options.now());
        tell(action, row.place, outcome);
      }
    },
  };
}

const ARTICLES: Readonly<Record<MailSource['kind'], string>> = {
  mbox: 'an mbox',
  maildir: 'a Maildir',
  folder: 'a folder of files',
  message: 'a single file',
  stream: 'a pipe',
  imap: 'a folder on a server',
};

async function finish(store: StoreActions, row: StoredAction, outcome: ActionOutcome, at: Date): Promise<void> {
  await store.finish(row.id, at, outcome.kind, outcome.kind === 'done' ? outcome.place : row.placeAfter);
}

/** What came of one action. `target`: folder, flag or file; '' where there is none. */
type ActionSum = {
  readonly action: ScanAction['kind'];
  readonly target: string;
  readonly outcomes: Partial<Record<ActionOutcome['kind'] | 'would', number>>;
};

/** `move to Backscatter: 12 done, 1 gone`: for each action what came of it. */
export function actionTally() {
  const counts = new Map<string, Map<string, number>>();
  const fields = new Map<string, ActionSum>();
  const reasons = new Set<string>();
  return {
    add(action: ScanAction, outcome: ActionOutcome | 'would'): void {
      const text = actionText(action);
      const kind = outcome === 'would' ? 'would be done' : WORDS[outcome.kind];
      const ofAction = counts.get(text) ?? new Map<string, number>();
      counts.set(text, ofAction.set(kind, (ofAction.get(kind) ?? 0) + 1));
      const sum = fields.get(text) ?? { action: action.kind, target: targetOf(action), outcomes: {} };
      const outcomeKind = outcome === 'would' ? outcome : outcome.kind;
      fields.set(text, sum);
      sum.outcomes[outcomeKind] = (sum.outcomes[outcomeKind] ?? 0) + 1;
      if (outcome !== 'would' && outcome.kind === 'failed') reasons.add(outcome.why);
    },
    lines: (): readonly string[] =>
      [...counts].map(([text, ofAction]) => {
        const parts = [...ofAction].map(([kind, count]) => `${count} ${kind}`);
        return `${text}: ${parts.join(', ')}`;
      }),
    /** The same for programs. */
    sums: (): readonly ActionSum[] => [...fields.values()],
    reasons: (): readonly string[] => [...reasons],
  };
}

const WORDS: Readonly<Record<ActionOutcome['kind'], string>> = {
  done: 'done',
  already: 'as it was already',
  gone: 'not there any more',
  changed: 'changed meanwhile and left alone',
  failed: 'failed',
};
