import { dirname } from 'node:path';
import type { MailSource } from '@unsent/bounce';
import { UnsentError } from '@unsent/dns';
import type { StoreActions } from '@unsent/store';
import { escapeForTerminal } from '../output/escape.ts';
import { configuredSources } from '../scan/mailboxes.ts';
import type { ScanRequest } from '../scan/options.ts';
import { sourceOptions } from '../scan/read-sources.ts';
import type { Shell } from '../shell.ts';
import { type Actor, actionTally, openActor } from './actor.ts';
import { ACTION_FORMS, actionText, orderActions, parseAction, type ScanAction, targetOf } from './parse.ts';

/** What a scan does with messages: an actor for each source, and what to tell at the end. */
export type ScanActions = {
  readonly actorFor: (source: MailSource, label: string) => Promise<Actor | null>;
  /** Prints what was done; true when something failed. */
  tell(run: number): boolean;
};

/** The actions of the command line, else of the configuration. Throws `usage` before anything is done. */
export async function scanActions(
  shell: Shell,
  request: ScanRequest,
  { run, store }: { readonly run: () => number; readonly store: StoreActions },
): Promise<ScanActions> {
  const byLabel = await actionsByLabel(shell, request);
  const isNeeded = [...byLabel.values()].some((actions) => actions.length > 0);
  if (request.dryRun && !isNeeded) {
    throw new UnsentError('usage', { message: `--dry-run needs an action: --action ${ACTION_FORMS}`, exitCode: 2 });
  }
  if (isNeeded && request.forget && !request.dryRun) {
    throw new UnsentError('usage', {
      message: '--forget would forget what was done with messages; nothing was done',
      hint: 'Leave it out, or add --dry-run.',
      exitCode: 2,
    });
  }
  const tally = actionTally();
  const { stdout, options } = shell;
  return {
    actorFor: async (source, label) => {
      const actions = byLabel.get(label) ?? [];
      if (actions.length === 0) return null;
      return openActor(source, actions, {
        store,
        run: run(),
        options: sourceOptions(shell),
        signal: shell.signal,
        dryRun: request.dryRun,
        tell(action, place, outcome) {
          tally.add(action, outcome);
          if (outcome !== 'would') return;
          if (options.json)
            stdout.write(
              `${JSON.stringify({ would: { action: action.kind, target: targetOf(action) }, id: place })}\n`,
            );
          else stdout.write(`would ${escapeForTerminal(`${actionText(action)}: ${place}`)}\n`);
        },
      });
    },
    tell(number) {
      const lines = tally.lines();
      if (!options.json && lines.length > 0) {
        stdout.write(`\n${shell.style.bold(request.dryRun ? 'What would be done' : `Actions of run ${number}`)}\n`);
        for (const line of lines) stdout.write(`  ${escapeForTerminal(line)}\n`);
        if (!request.dryRun) stdout.write(`  unsent scan undo ${number}\n`);
      }
      if (options.json && lines.length > 0) stdout.write(`${JSON.stringify({ run: number, actions: tally.sums() })}\n`);
      for (const why of tally.reasons()) shell.stderr.write(`unsent: ${escapeForTerminal(why)}\n`);
      return tally.reasons().length > 0;
    },
  };
}

async function actionsByLabel(shell: Shell, request: ScanRequest): Promise<ReadonlyMap<string, readonly ScanAction[]>> {
  const { mailboxes, path } = await shell.config();
  const typed = request.actions.map((text) => parsedOrUsage(text, shell.cwd));
  const configured = new Map<string, readonly ScanAction[]>();
  for (const mailbox of mailboxes) {
    const folder = path === null ? shell.cwd : dirname(path);
    const actions = (mailbox.actions ?? []).map((text) => parsedOrUsage(text, folder));
    for (const label of configuredSources({ mailboxes: [mailbox] })) configured.set(label, actions);
  }
  return new Map(
    request.sources.map((label) => {
      const actions = typed.length > 0 ? typed : (configured.get(label) ?? []);
      return [label, orderActions(actions, request.saysYes || request.dryRun)];
    }),
  );
}

function parsedOrUsage(text: string, folder: string): ScanAction {
  const action = parseAction(text, folder);
  if (action !== null) return action;
  throw new UnsentError('usage', { message: `--action ${text}: expected ${ACTION_FORMS}`, exitCode: 2 });
}
