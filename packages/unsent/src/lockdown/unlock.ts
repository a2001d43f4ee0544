import { type DomainName, type ExitCode, UnsentError } from '@unsent/dns';
import {
  type ChangePlan,
  type DnsProvider,
  type JournalEntry,
  overrideRefusals,
  planUndo,
  settleJournal,
  type ZoneSnapshot,
} from '@unsent/lockdown';
import type { Shell } from '../shell.ts';
import { carryOut, type JobResult } from './carry-out.ts';
import { openProvider } from './open-provider.ts';
import { writePlanLine } from './plan-line.ts';
import { renderPlan } from './render.ts';
import { isSilent, type LockdownFlags, type LockdownRequest, lockdownRequest, readDomain } from './request.ts';
import { hasState, journalFor, noteUnlocked } from './state.ts';
import { withZone } from './zone-lease.ts';

/** What is to be taken back, and the plan for it. */
type PreparedUndo = {
  readonly plan: ChangePlan;
  readonly snapshot: ZoneSnapshot;
  /** Newest first. */
  readonly entries: readonly JournalEntry[];
};

/** `unsent unlock`. Exit codes as those of `lockdown`. */
export async function runUnlock(shell: Shell, domain: string, flags: LockdownFlags): Promise<ExitCode> {
  const request = lockdownRequest(flags, (await shell.config()).lockdown);
  const name = readDomain(domain);
  if (!(await hasState(shell))) throw nothingToUndo(name);
  const provider = await openProvider(shell, flags, [name]);
  const zone = (await provider.find(name))?.name ?? name;
  const prepared = await prepareUndo(shell, provider, zone, request);
  if (prepared === null) {
    // The unlock that did it may have been cut off before it told anybody.
    if (!request.isDryRun) await noteUnlocked(shell, provider, zone);
    return endWith(
      shell,
      zone,
      'nothing-to-do',
      `${zone} is not locked any more: the journal has nothing left to undo\n`,
    );
  }
  if (!isSilent(shell, request, prepared.plan)) showPlan(shell, prepared, provider.title);
  if (prepared.plan.refusals.length > 0) return printJson(shell, prepared, 'refused', null, 3);
  if (request.isDryRun) return printJson(shell, prepared, 'planned', null, 0);
  const result = await withZone(shell, provider, prepared.plan.zone, (mine) => restore(shell, mine, prepared, request));
  return printJson(shell, prepared, result.outcome.kind, result, result.exitCode);
}

/** Null when everything was undone already. Throws `nothing-to-undo` when the zone was never locked. */
async function prepareUndo(
  shell: Shell,
  provider: DnsProvider,
  zone: DomainName,
  request: LockdownRequest,
): Promise<PreparedUndo | null> {
  const journal = await journalFor(shell, provider);
  const history = await journal.entries({ zone, states: null, limit: null });
  if (history.every(({ kind }) => kind === 'unlock')) throw nothingToUndo(zone);
  const snapshot = await provider.read(zone);
  if (!request.isDryRun) await settleJournal(journal, snapshot, shell.now());
  const open = await journal.entries({ zone, states: ['applied', 'unclear', 'begun'], limit: null });
  const entries = open.filter(({ kind }) => kind !== 'unlock');
  if (entries.length === 0) return null;
  checkProvider(entries, provider);
  const ids = new Set(entries.map(({ id }) => id));
  const wasInterrupted = open.some(({ state, undoes }) => state !== 'applied' && undoes.some((id) => ids.has(id)));
  const planned = planUndo(entries, snapshot, { capabilities: provider.capabilities, wasInterrupted });
  return { plan: overrideRefusals(planned, request.overrides), snapshot, entries };
}

async function restore(
  shell: Shell,
  provider: DnsProvider,
  { plan, snapshot, entries }: PreparedUndo,
  request: LockdownRequest,
): Promise<JobResult> {
  const journal = await journalFor(shell, provider);
  const undoes = entries.map(({ id }) => id);
  if (plan.changes.length === 0) {
    // Somebody put it back by hand: the journal learns of it.
    for (const id of undoes) await journal.finish(id, 'undone', shell.now(), 'the zone was as before already');
    await noteUnlocked(shell, provider, plan.zone);
    return { exitCode: 0, outcome: { kind: 'nothing-to-do' }, verification: null };
  }
  return carryOut(shell, {
    kind: 'unlock',
    plan,
    snapshot,
    provider,
    journal,
    undoes,
    onApplied: () => noteUnlocked(shell, provider, plan.zone),
    request,
  });
}

function checkProvider(entries: readonly JournalEntry[], provider: DnsProvider): void {
  const elsewhere = entries.find((entry) => entry.provider !== provider.name);
  if (elsewhere === undefined) return;
  throw new UnsentError('provider-differs', {
    message: `${elsewhere.zone} was locked at ${elsewhere.provider} (journal ${elsewhere.id}), not at ${provider.name}.`,
    hint: `Run it with --provider ${elsewhere.provider}.`,
    exitCode: 2,
  });
}

function showPlan(shell: Shell, { plan, snapshot }: PreparedUndo, providerTitle: string): void {
  if (shell.options.json) return;
  const width = shell.stdout.isTerminal ? shell.stdout.columns : null;
  const view = { plan, providerTitle, recordsRead: snapshot.records.length, proof: null };
  shell.stdout.write(renderPlan(view, { style: shell.style, width }));
}

function endWith(shell: Shell, zone: DomainName, outcome: string, sentence: string): ExitCode {
  if (shell.options.json) shell.stdout.write(`${JSON.stringify({ zone, outcome })}\n`);
  else if (!shell.options.quiet) shell.stdout.write(sentence);
  return 0;
}

function printJson(
  shell: Shell,
  { plan, snapshot, entries }: PreparedUndo,
  outcome: string,
  result: JobResult | null,
  exitCode: ExitCode,
): ExitCode {
  writePlanLine(shell, { plan, snapshot, outcome, result }, { undoes: entries.map(({ id }) => id) });
  return exitCode;
}

function nothingToUndo(zone: DomainName): UnsentError {
  return new UnsentError('nothing-to-undo', {
    message: `The journal knows of no lockdown of ${zone}.`,
    hint: 'unsent journal lists what was done. Was it done with another --state?',
  });
}
